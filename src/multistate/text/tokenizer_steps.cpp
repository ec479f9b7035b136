#include "multistate/text/tokenizer_steps.h"

#include <fmt/format.h>

namespace multistate {
namespace {

/// Distinct whatever the parts are: each has its length before it.
std::string with_length(std::string_view text) {
  return fmt::format("{}:{}", text.size(), text);
}

std::string pattern_text(const TextPattern& pattern) {
  return fmt::format("{} {}", static_cast<int>(pattern.kind), with_length(pattern.text));
}

std::string replace_text(const ReplaceText& step) {
  return fmt::format("replace {} {}", pattern_text(step.pattern), with_length(step.replacement));
}

std::string split_text(const SplitText& step) {
  if (step.behavior == SplitBehavior::kIsolated && !step.invert) {
    if (step.pattern.kind == TextPattern::Kind::kNumeric) {
      return "0 ";
    }
    if (step.pattern.kind == TextPattern::Kind::kRegex) {
      return "1 " + step.pattern.text;
    }
  }
  return fmt::format("split {} {} {}", static_cast<int>(step.behavior), step.invert,
                     pattern_text(step.pattern));
}

}  // namespace

std::string to_text(const NormalizerStep& step) {
  if (const auto* prepend = std::get_if<PrependText>(&step)) {
    return "prepend " + with_length(prepend->text);
  }
  if (const auto* replace = std::get_if<ReplaceText>(&step)) {
    return replace_text(*replace);
  }
  return fmt::format("form {}", static_cast<int>(std::get<UnicodeForm>(step).form));
}

std::string to_text(const PreTokenizerStep& step) {
  if (const auto* split = std::get_if<SplitText>(&step)) {
    return split_text(*split);
  }
  if (const auto* replace = std::get_if<ReplaceText>(&step)) {
    return replace_text(*replace);
  }
  if (const auto* prefix = std::get_if<PrefixPiece>(&step)) {
    return fmt::format("prefix {} {}", prefix->only_first, with_length(prefix->text));
  }
  return "alphabet";
}

std::string to_text(const DecoderStep& step) {
  if (const auto* replace = std::get_if<ReplaceText>(&step)) {
    return replace_text(*replace);
  }
  return std::holds_alternative<BytesFromHex>(step) ? "hex" : "alphabet";
}

PreTokenizerStep isolate(std::string_view regex) {
  return SplitText{{TextPattern::Kind::kRegex, std::string(regex)}};
}

PreTokenizerStep isolate_digits() {
  return SplitText{{TextPattern::Kind::kNumeric, ""}};
}

std::vector<PreTokenizerStep> gpt2_steps() {
  return {isolate(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"),
          BytesToAlphabet{}};
}

}  // namespace multistate
