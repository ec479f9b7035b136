#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/checkpoint/gguf_reader.h"
#include "multistate/checkpoint/weight_layout.h"

namespace multistate {

/// The keys `<architecture>.*` of a GGUF file, without that prefix. It remembers which were read:
/// in the end each must have been, or be neutral at its value.
class GgufKeys {
 public:
  /// `content` must outlive this one.
  GgufKeys(const GgufContent& content, std::string_view architecture);

  std::optional<int64_t> integer(std::string_view name);
  std::optional<double> number(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::string> string(std::string_view name);
  std::optional<std::vector<int64_t>> integers(std::string_view name);  ///< Booleans as well.
  int64_t required_integer(std::string_view name);
  double required_number(std::string_view name);
  bool has(std::string_view name) const;

  /// The key has no influence with this architecture, whatever its value.
  void skip(std::string_view name);

  /// nullptr when there is none.
  const GgufTensor* tensor(std::string_view name) const;

  /// Throws InputError: "<file>: '<key>' is '<value>'; supported: <supported>".
  [[noreturn]] void fail(std::string_view name, std::string_view supported) const;

  /// "llama.rope.freq_base", for messages.
  std::string full(std::string_view name) const;
  const GgufContent& content() const { return content_; }
  const std::string& source() const { return content_.metadata.source(); }

  /// Throws InputError at the first key that nobody has read and whose value is not neutral.
  void check_all_read() const;

 private:
  /// The full name, noted as read.
  std::string read(std::string_view name);

  const GgufContent& content_;
  std::string prefix_;
  std::set<std::string, std::less<>> read_;
};

/// The decoder by the keys that nearly all architectures share, with equal layers: sizes, heads,
/// epsilon, RoPE; tied where there is no tensor for the output head. Notes in `layout` which
/// tensors it read that are no weights.
DecoderSpec read_usual_gguf(GgufKeys& keys, const std::string& architecture, WeightLayout& layout,
                            std::string_view epsilon_key = "attention.layer_norm_rms_epsilon");

}  // namespace multistate
