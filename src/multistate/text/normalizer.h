#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// Rewrites text before it is cut into pieces. Immutable; threads share it.
class Normalizer {
 public:
  /// Throws InputError, starting with `source`, for a pattern that is not valid.
  Normalizer(const std::vector<NormalizerStep>& steps, const std::string& source);
  ~Normalizer();

  bool empty() const { return steps_.empty(); }

  /// Of valid UTF-8; what comes out is valid UTF-8 too. `prepend`: false for text that goes on from
  /// other text, before which PrependText writes nothing.
  std::string normalize(std::string_view text, bool prepend = true) const;

 private:
  class Step;
  std::vector<std::unique_ptr<const Step>> steps_;
};

/// `text` with every match replaced.
std::string replace_matches(const TextMatcher& matcher, std::string_view text,
                            std::string_view replacement);

}  // namespace multistate
