#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "multistate/text/characters.h"
#include "multistate/text/tokenizer_steps_json.h"

namespace multistate {
namespace {

using Steps = std::vector<PreTokenizerStep>;

constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> kBehaviors = {{
    {"Removed", SplitBehavior::kRemoved},
    {"Isolated", SplitBehavior::kIsolated},
    {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
    {"MergedWithNext", SplitBehavior::kMergedWithNext},
    {"Contiguous", SplitBehavior::kContiguous},
}};

SplitBehavior read_behavior(const JsonNode& node) {
  const std::string name = node.string();
  const auto* found = std::find_if(kBehaviors.begin(), kBehaviors.end(),
                                   [&](const auto& behavior) { return behavior.first == name; });
  if (found == kBehaviors.end()) {
    node.fail("Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
  }
  return found->second;
}

void append_split(const JsonNode& node, Steps& steps) {
  node.allow_only({"type", "pattern", "behavior", "invert"});
  steps.emplace_back(SplitText{read_pattern(node.required("pattern")),
                               read_behavior(node.required("behavior")),
                               node.required("invert").boolean()});
}

void append_digits(const JsonNode& node, Steps& steps) {
  node.allow_only({"type", "individual_digits"});
  const bool individual = node.required("individual_digits").boolean();
  steps.emplace_back(SplitText{{TextPattern::Kind::kNumeric, ""},
                               individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous});
}

void append_punctuation(const JsonNode& node, Steps& steps) {
  node.allow_only({"type", "behavior"});
  const auto behavior = node.find("behavior");
  steps.emplace_back(SplitText{{TextPattern::Kind::kPunctuation, ""},
                               behavior ? read_behavior(*behavior) : SplitBehavior::kIsolated});
}

/// Words and runs of what is neither word nor white space.
void append_whitespace(const JsonNode& node, Steps& steps) {
  node.allow_only({"type"});
  const std::string pattern = fmt::format(R"([{0}]+|[^{0}\s]+)", kWordCharacters);
  steps.emplace_back(
      SplitText{{TextPattern::Kind::kRegex, pattern}, SplitBehavior::kRemoved, true});
}

void append_whitespace_split(const JsonNode& node, Steps& steps) {
  node.allow_only({"type"});
  steps.emplace_back(SplitText{{TextPattern::Kind::kWhiteSpace, ""}, SplitBehavior::kRemoved});
}

void append_metaspace(const JsonNode& node, Steps& steps) {
  const Metaspace metaspace = read_metaspace(node);
  const TextPattern replaced = {TextPattern::Kind::kLiteral, metaspace.replacement};
  steps.emplace_back(ReplaceText{{TextPattern::Kind::kLiteral, " "}, metaspace.replacement});
  if (metaspace.prepend != Metaspace::Prepend::kNever) {
    steps.emplace_back(
        PrefixPiece{metaspace.replacement, metaspace.prepend == Metaspace::Prepend::kFirst});
  }
  if (metaspace.split) {
    steps.emplace_back(SplitText{replaced, SplitBehavior::kMergedWithNext});
  }
}

void append_byte_level(const JsonNode& node, Steps& steps) {
  node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  if (node.required("add_prefix_space").boolean()) {
    steps.emplace_back(PrefixPiece{" "});
  }
  const auto use_regex = node.find("use_regex");
  if (!use_regex || use_regex->boolean()) {
    const auto gpt2 = gpt2_steps();
    steps.insert(steps.end(), gpt2.begin(), gpt2.end());
  } else {
    steps.emplace_back(BytesToAlphabet{});
  }
}

void append_sequence(const JsonNode& node, Steps& steps);

using Append = void (*)(const JsonNode&, Steps&);

constexpr std::array<std::pair<std::string_view, Append>, 8> kReaders = {{
    {"ByteLevel", append_byte_level},
    {"Digits", append_digits},
    {"Metaspace", append_metaspace},
    {"Punctuation", append_punctuation},
    {"Sequence", append_sequence},
    {"Split", append_split},
    {"Whitespace", append_whitespace},
    {"WhitespaceSplit", append_whitespace_split},
}};

void append(const JsonNode& node, Steps& steps) {
  const std::string type = node.type();
  const auto* reader = std::find_if(kReaders.begin(), kReaders.end(),
                                    [&](const auto& named) { return named.first == type; });
  if (reader == kReaders.end()) {
    node.fail(
        "null, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, "
        "WhitespaceSplit");
  }
  reader->second(node, steps);
}

void append_sequence(const JsonNode& node, Steps& steps) {
  node.allow_only({"type", "pretokenizers"});
  for (const JsonNode& member : node.required("pretokenizers").list()) {
    append(member, steps);
  }
}

}  // namespace

std::vector<PreTokenizerStep> read_pre_tokenizer(const JsonNode& node) {
  Steps steps;
  if (!node.is_null()) {
    append(node, steps);
  }
  return steps;
}

}  // namespace multistate
