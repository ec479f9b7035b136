#include "multistate/text/chat_template_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"

namespace multistate {
namespace {

using nlohmann::json;

std::string default_of(const json& named, const std::string& source) {
  for (const json& entry : named) {
    if (!entry.is_object() || !entry.value("name", json()).is_string() ||
        !entry.value("template", json()).is_string()) {
      throw InputError(fmt::format("{}: chat_template: {} is no object with 'name' and 'template'",
                                   source, json_text(entry)));
    }
    if (entry.at("name") == "default") {
      return entry.at("template");
    }
  }
  throw InputError(fmt::format("{}: chat_template: none of the list is named 'default'", source));
}

}  // namespace

std::optional<std::string> read_chat_template(const std::filesystem::path& folder) {
  if (const auto path = folder / "chat_template.jinja"; std::filesystem::exists(path)) {
    return read_file(path);
  }
  const auto path = folder / "tokenizer_config.json";
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  const std::string source = path.string();
  const json root = parse_strict_json(read_file(path), source);
  const json* found = JsonObject(root, source).find("chat_template");
  if (found == nullptr) {
    return std::nullopt;
  }
  if (found->is_array()) {
    return default_of(*found, source);
  }
  if (!found->is_string()) {
    JsonObject(root, source).fail("chat_template", "a text or a list of templates");
  }
  return found->get<std::string>();
}

}  // namespace multistate
