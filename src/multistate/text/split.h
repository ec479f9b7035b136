#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/regex.h"

namespace multistate {

/// What a text is searched for.
struct TextPattern {
  enum class Kind {
    kRegex,        ///< `text` is a regular expression in Ruby syntax.
    kLiteral,      ///< `text` itself, which is not empty.
    kNumeric,      ///< One character of the categories Nd, Nl, No.
    kPunctuation,  ///< One character of the categories P*, or one of ASCII's symbols.
    kWhiteSpace,   ///< One character with the property White_Space.
  };
  Kind kind = Kind::kRegex;
  std::string text;
};

/// A pattern ready to search. Immutable; threads share it.
class TextMatcher {
 public:
  /// Throws InputError, starting with `source`, for a regular expression that is not valid.
  TextMatcher(const TextPattern& pattern, const std::string& source);

  /// As Regex::spans.
  std::vector<TextSpan> spans(std::string_view text) const;

 private:
  TextPattern pattern_;
  std::shared_ptr<const Regex> regex_;
};

/// What becomes of the matches of a pattern that cuts a text; "a--b" cut at "-" gives
enum class SplitBehavior {
  kRemoved,             ///< a|b
  kIsolated,            ///< a|-|-|b
  kMergedWithPrevious,  ///< a-|-|b
  kMergedWithNext,      ///< a|-|-b
  kContiguous,          ///< a|--|b
};

/// The spans after the rule; all of them are pieces, but for matches under kRemoved.
std::vector<TextSpan> apply_behavior(SplitBehavior behavior, std::vector<TextSpan> spans);

}  // namespace multistate
