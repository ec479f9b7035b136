#include "multistate/text/split.h"

#include <algorithm>
#include <utility>

#include "multistate/base/text.h"
#include "multistate/text/characters.h"

namespace multistate {
namespace {

std::vector<TextSpan> literal_spans(std::string_view literal, std::string_view text) {
  TextSpans spans;
  for (size_t at = 0; (at = text.find(literal, at)) != std::string_view::npos;
       at += literal.size()) {
    spans.add_match(at, at + literal.size());
  }
  return std::move(spans).finish(text.size());
}

using CharacterTest = bool (*)(int32_t);

/// Every character that passes is a match.
std::vector<TextSpan> character_spans(CharacterTest test, std::string_view text) {
  TextSpans spans;
  for (size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    const size_t next = i + character.size;
    if (test(character.code_point)) {
      spans.add_match(i, next);
    }
    i = next;
  }
  return std::move(spans).finish(text.size());
}

/// Joins a span to the one before where `joins(span, the one before was a match)` says so.
template <class Joins>
std::vector<TextSpan> joined(const std::vector<TextSpan>& spans, Joins joins) {
  std::vector<TextSpan> all;
  bool previous_match = false;
  for (const TextSpan& span : spans) {
    if (!all.empty() && joins(span.match, previous_match)) {
      all.back().begin = std::min(all.back().begin, span.begin);
      all.back().end = std::max(all.back().end, span.end);
    } else {
      all.push_back(span);
    }
    previous_match = span.match;
  }
  return all;
}

}  // namespace

TextMatcher::TextMatcher(const TextPattern& pattern, const std::string& source)
    : pattern_(pattern) {
  if (pattern.kind == TextPattern::Kind::kRegex) {
    regex_ = std::make_shared<const Regex>(pattern.text, source);
  }
}

std::vector<TextSpan> TextMatcher::spans(std::string_view text) const {
  switch (pattern_.kind) {
    case TextPattern::Kind::kLiteral:
      return literal_spans(pattern_.text, text);
    case TextPattern::Kind::kNumeric:
      return character_spans(is_numeric, text);
    case TextPattern::Kind::kPunctuation:
      return character_spans(is_punctuation, text);
    case TextPattern::Kind::kWhiteSpace:
      return character_spans(is_white_space, text);
    case TextPattern::Kind::kRegex:
      break;
  }
  return regex_->spans(text);
}

std::vector<TextSpan> apply_behavior(SplitBehavior behavior, std::vector<TextSpan> spans) {
  const auto match_behind_text = [](bool match, bool previous) { return match && !previous; };
  switch (behavior) {
    case SplitBehavior::kContiguous:
      return joined(spans, [](bool match, bool previous) { return match == previous; });
    case SplitBehavior::kMergedWithPrevious:
      return joined(spans, match_behind_text);
    case SplitBehavior::kMergedWithNext:
      // The same from the right.
      std::reverse(spans.begin(), spans.end());
      spans = joined(spans, match_behind_text);
      std::reverse(spans.begin(), spans.end());
      return spans;
    case SplitBehavior::kRemoved:
    case SplitBehavior::kIsolated:
      break;
  }
  return spans;
}

}  // namespace multistate
