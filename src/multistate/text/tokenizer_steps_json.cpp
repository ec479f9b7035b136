#include "multistate/text/tokenizer_steps_json.h"

#include <nlohmann/json.hpp>

#include "multistate/base/text.h"

namespace multistate {

TextPattern read_pattern(const JsonNode& node) {
  const auto& value = node.value();
  if (value.is_object() && value.size() == 1) {
    if (const auto regex = node.find("Regex")) {
      return {TextPattern::Kind::kRegex, regex->string()};
    }
    const auto literal = node.find("String");
    if (literal && !literal->string().empty()) {
      return {TextPattern::Kind::kLiteral, literal->string()};
    }
  }
  node.fail(R"({"Regex": ...} and {"String": ...} with a string that is not empty)");
}

Metaspace read_metaspace(const JsonNode& node) {
  node.allow_only(
      {"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
  Metaspace metaspace;
  const JsonNode replacement = node.required("replacement");
  metaspace.replacement = replacement.string();
  if (metaspace.replacement.empty() ||
      utf8_length(metaspace.replacement) != metaspace.replacement.size()) {
    replacement.fail("one character");
  }
  if (const auto scheme = node.find("prepend_scheme")) {
    const std::string name = scheme->string();
    if (name == "first") {
      metaspace.prepend = Metaspace::Prepend::kFirst;
    } else if (name == "never") {
      metaspace.prepend = Metaspace::Prepend::kNever;
    } else if (name != "always") {
      scheme->fail(R"("always", "first", "never")");
    }
  }
  const auto prefix = node.find("add_prefix_space");
  if (prefix && !prefix->boolean() && metaspace.prepend != Metaspace::Prepend::kNever) {
    prefix->fail(R"(false together with prepend_scheme "never" only)");
  }
  const auto split = node.find("split");
  metaspace.split = !split || split->boolean();
  return metaspace;
}

}  // namespace multistate
