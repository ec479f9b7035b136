#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/base/strict_json.h"
#include "multistate/checkpoint/decoder_spec.h"

namespace multistate {

/// The keys of a `config.json`, or of an object in it. It remembers which were read: in the end
/// each must have been, or be one that is known to have no influence on the logits of a text.
class ConfigKeys {
 public:
  /// `object` must be an object and outlive this one. `source` starts messages.
  ConfigKeys(const nlohmann::json& object, std::string source)
      : object_(object, std::move(source)) {}

  /// Whether the key is there, be it null.
  bool has(std::string_view key) const;

  /// nullptr when there is none, or it is null.
  const nlohmann::json* find(std::string_view key);
  std::optional<int64_t> integer(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> string(std::string_view key);
  std::optional<std::vector<double>> numbers(std::string_view key);
  int64_t required_integer(std::string_view key);
  double required_number(std::string_view key);

  /// The key may be missing, null or one of `values`; anything else is computed differently from
  /// what is built. Throws InputError that names them.
  void accept(std::string_view key, const std::vector<nlohmann::json>& values);

  /// The key has no influence with this architecture, whatever its value.
  void skip(std::initializer_list<std::string_view> keys);

  [[noreturn]] void fail(std::string_view key, std::string_view expected) const {
    object_.fail(key, expected);
  }
  const std::string& source() const { return object_.source(); }
  const nlohmann::json& members() const { return object_.members(); }

  /// Throws InputError at the first key that nobody has read and that may have an influence; it is
  /// not supported "for" this.
  void check_all_read(std::string_view whom) const;

 private:
  JsonObject object_;
  std::set<std::string, std::less<>> read_;
};

/// What an architecture takes a key for that is not there.
struct ConfigDefaults {
  bool tied = false;
  double norm_epsilon = 1e-6;
  double rope_theta = 10000.0;
  std::optional<double> rotated_share = {};  ///< See RotationDefaults.
  // Not set: the key must be there; of key/value heads, they are as many as query heads; a head is
  // its share of the hidden size.
  std::optional<int64_t> vocabulary_size = {};
  std::optional<int64_t> context_length = {};
  std::optional<int64_t> heads = {};
  std::optional<int64_t> kv_heads = {};
  std::optional<int64_t> head_size = {};
  std::string activation_key = "hidden_act";
  std::string norm_key = "rms_norm_eps";
  bool reads_rotations = false;  ///< The architecture reads them itself.
};

/// The decoder by the keys that nearly all architectures share, with equal layers: sizes, heads,
/// epsilon, activation, tied head, RoPE.
DecoderSpec read_usual_config(ConfigKeys& keys, const std::string& architecture,
                              const ConfigDefaults& defaults = {});

/// Lets layers have windows of `sliding_window` tokens (`fallback`, where the key is absent): by
/// `layer_types` if it is there, else those of `windowed`, an entry a layer. Returns which have
/// one.
std::vector<bool> read_windows(ConfigKeys& keys, DecoderSpec& spec, std::vector<bool> windowed,
                               std::optional<int64_t> fallback = {});

/// The same where the class knows no `layer_types`: all layers have a window, or none has.
void read_equal_windows(ConfigKeys& keys, DecoderSpec& spec, bool windowed,
                        std::optional<int64_t> fallback = {});

/// The same where windows hold only with `use_sliding_window: true`, by default from layer
/// `max_window_layers` on.
void read_switched_windows(ConfigKeys& keys, DecoderSpec& spec);

/// Throws InputError if `layer_types` says anything but full attention.
void expect_full_layers(ConfigKeys& keys);

Activation read_activation(ConfigKeys& keys, std::string_view key, std::string_view fallback);

}  // namespace multistate
