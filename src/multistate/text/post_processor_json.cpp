#include "multistate/text/post_processor_json.h"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace multistate {
namespace {

constexpr std::string_view kSupported =
    "null, ByteLevel, or a template of the text with at most one special token before it";

/// What {"SpecialToken": {"id": ...}} or {"Sequence": {"id": ...}} has as id; nothing for the
/// other.
std::optional<std::string> id_of(const JsonNode& item, std::string_view kind) {
  const auto found = item.value().is_object() ? item.find(kind) : std::nullopt;
  if (!found || !found->value().is_object()) {
    return std::nullopt;
  }
  found->allow_only({"id", "type_id"});
  return found->required("id").string();
}

int64_t special_id(const JsonNode& node, const std::string& name) {
  const JsonNode ids = node.required("special_tokens").required(name).required("ids");
  const auto& value = ids.value();
  if (!value.is_array() || value.size() != 1 || !value[0].is_number_unsigned()) {
    ids.fail("one id");
  }
  return value[0].get<int64_t>();
}

/// {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": ...}],
///  "special_tokens": {"<s>": {"ids": [1]}}}; "pair" is for two texts, which nobody encodes here.
std::optional<int64_t> read_template(const JsonNode& node) {
  node.allow_only({"type", "single", "pair", "special_tokens"});
  const auto items = node.required("single").list();
  const bool with_text = !items.empty() && id_of(items.back(), "Sequence") == "A";
  const auto bos = items.size() == 2 ? id_of(items.front(), "SpecialToken") : std::nullopt;
  if (!with_text || (items.size() != 1 && !bos)) {
    node.fail(kSupported);
  }
  return bos ? std::optional(special_id(node, *bos)) : std::nullopt;
}

}  // namespace

std::optional<int64_t> read_post_processor(const JsonNode& node) {
  const std::string type = node.type();
  if (node.is_null()) {
    return std::nullopt;
  }
  if (type == "ByteLevel") {
    node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    return std::nullopt;
  }
  if (type == "TemplateProcessing") {
    return read_template(node);
  }
  if (type != "Sequence") {
    node.fail(kSupported);
  }
  node.allow_only({"type", "processors"});
  std::optional<int64_t> bos;
  for (const JsonNode& member : node.required("processors").list()) {
    const auto id = read_post_processor(member);
    if (id && bos) {
      node.fail("one template with a special token");
    }
    bos = id ? id : bos;
  }
  return bos;
}

}  // namespace multistate
