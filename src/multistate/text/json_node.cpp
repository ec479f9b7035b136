#include "multistate/text/json_node.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"

namespace multistate {
namespace {

std::string member_path(const std::string& path, std::string_view key) {
  return fmt::format("{}{}{}", path, path.empty() ? "" : ".", key);
}

}  // namespace

JsonNode::JsonNode(const nlohmann::json& value, std::string path, std::string source)
    : value_(&value), path_(std::move(path)), source_(std::move(source)) {}

void JsonNode::fail(std::string_view supported) const {
  throw InputError(fmt::format("{}: {} is {}, which is not supported; supported: {}", source_,
                               path_, json_text(*value_), supported));
}

bool JsonNode::is_null() const {
  return value_->is_null();
}

std::string JsonNode::type() const {
  const auto found = value_->is_object() ? value_->find("type") : value_->end();
  return found != value_->end() && found->is_string() ? found->get<std::string>() : "";
}

void JsonNode::allow_only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw InputError(fmt::format("{}: {}: unknown key (value {}); known: {}", source_,
                                   member_path(path_, key), json_text(value),
                                   fmt::join(known, ", ")));
    }
  }
}

JsonNode JsonNode::required(std::string_view key) const {
  const auto found = value_->find(std::string(key));
  if (found == value_->end()) {
    throw InputError(fmt::format("{}: {} is missing", source_, member_path(path_, key)));
  }
  return {*found, member_path(path_, key), source_};
}

std::optional<JsonNode> JsonNode::find(std::string_view key) const {
  const auto found = value_->find(std::string(key));
  if (found == value_->end() || found->is_null()) {
    return std::nullopt;
  }
  return JsonNode(*found, member_path(path_, key), source_);
}

bool JsonNode::boolean() const {
  if (!value_->is_boolean()) {
    fail("true or false");
  }
  return value_->get<bool>();
}

std::string JsonNode::string() const {
  if (!value_->is_string()) {
    fail("a string");
  }
  return value_->get<std::string>();
}

std::vector<JsonNode> JsonNode::list() const {
  if (!value_->is_array()) {
    fail("a list");
  }
  std::vector<JsonNode> nodes;
  for (size_t i = 0; i < value_->size(); ++i) {
    nodes.emplace_back((*value_)[i], fmt::format("{}[{}]", path_, i), source_);
  }
  return nodes;
}

}  // namespace multistate
