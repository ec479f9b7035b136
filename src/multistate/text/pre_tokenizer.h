#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// What llama.cpp does under a name (`tokenizer.ggml.pre` of a GGUF file).
struct NamedPreTokenizer {
  std::vector<PreTokenizerStep> steps;
  bool ignore_merges = false;  ///< See ByteLevelSpec.
  bool add_bos = false;        ///< Where the file does not say; see TokenizerSpec.
};

/// Of "gpt-2" and "smollm". Throws InputError, starting with `source`, for another name.
NamedPreTokenizer named_pre_tokenizer(std::string_view name, std::string_view source);

/// GPT-2's regular expression: contractions, letters, numbers, other characters, spaces.
PreTokenizerStep gpt2_split();

/// Cuts text into the pieces that BPE works on. Immutable; threads share it.
class PreTokenizer {
 public:
  /// Throws InputError, starting with `source`, for a pattern that Oniguruma does not accept.
  PreTokenizer(const std::vector<PreTokenizerStep>& steps, const std::string& source);
  ~PreTokenizer();
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;

  /// Calls `take` with every piece of valid UTF-8 text, from left to right; together they are the
  /// text.
  void split(std::string_view text, const std::function<void(std::string_view)>& take) const;

 private:
  class Step;
  void split_from(size_t step, std::string_view text,
                  const std::function<void(std::string_view)>& take) const;

  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace multistate
