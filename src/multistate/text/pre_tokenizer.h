#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer.h"

namespace multistate {

/// The steps that llama.cpp calls by a name (`tokenizer.ggml.pre` of a GGUF file): "gpt-2" and
/// "smollm". Throws InputError, starting with `source`, for another name.
std::vector<PreTokenizerStep> named_pre_tokenizer(std::string_view name, std::string_view source);

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
