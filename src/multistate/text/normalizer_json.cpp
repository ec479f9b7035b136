#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "multistate/text/tokenizer_steps_json.h"

namespace multistate {
namespace {

using Form = UnicodeForm::Form;

constexpr std::array<std::pair<std::string_view, Form>, 4> kForms = {{
    {"NFC", Form::kNfc},
    {"NFD", Form::kNfd},
    {"NFKC", Form::kNfkc},
    {"NFKD", Form::kNfkd},
}};

void append(const JsonNode& node, std::vector<NormalizerStep>& steps) {
  const std::string type = node.type();
  const auto* form = std::find_if(kForms.begin(), kForms.end(),
                                  [&](const auto& named) { return named.first == type; });
  if (form != kForms.end()) {
    node.allow_only({"type"});
    steps.emplace_back(UnicodeForm{form->second});
  } else if (type == "Prepend") {
    node.allow_only({"type", "prepend"});
    steps.emplace_back(PrependText{node.required("prepend").string()});
  } else if (type == "Replace") {
    node.allow_only({"type", "pattern", "content"});
    steps.emplace_back(
        ReplaceText{read_pattern(node.required("pattern")), node.required("content").string()});
  } else if (type == "Sequence") {
    node.allow_only({"type", "normalizers"});
    for (const JsonNode& member : node.required("normalizers").list()) {
      append(member, steps);
    }
  } else {
    node.fail("null, NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence");
  }
}

}  // namespace

std::vector<NormalizerStep> read_normalizer(const JsonNode& node) {
  std::vector<NormalizerStep> steps;
  if (!node.is_null()) {
    append(node, steps);
  }
  return steps;
}

}  // namespace multistate
