#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// From a token string to the bytes that it stands for in the middle of a text. Immutable; threads
/// share it.
class TokenDecoder {
 public:
  /// Throws InputError, starting with `source`, for a pattern that is not valid.
  TokenDecoder(const Decoder& decoder, const std::string& source);

  std::string bytes_of(std::string_view token) const;

 private:
  struct Step {
    DecoderStep step;
    std::unique_ptr<const TextMatcher> matcher;  ///< Of ReplaceText.
  };
  std::vector<Step> steps_;
};

}  // namespace multistate
