#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"
#include "multistate/config/node.h"
#include "multistate/config/scalar.h"

namespace multistate {
namespace {

std::string describe(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    case Node::Kind::kScalar:
      break;
  }
  // Without the remark, "expected an integer, found '5'" would be a riddle.
  return in_quotes(node.text()) + (node.quoted() ? " (text, since it is in quotes)" : "");
}

bool is_plain(const Node& node) {
  return node.kind() == Node::Kind::kScalar && !node.quoted();
}

nlohmann::json scalar_to_json(const Node& node) {
  if (const auto integer = node.integer()) {
    return *integer;
  }
  // An integer beyond 64 bits keeps its digits as text; as a number it would lose some.
  const bool has_fraction = node.text().find_first_of(".eE") != std::string::npos;
  if (const auto number = node.number(); number && has_fraction) {
    return *number;
  }
  if (const auto boolean = node.boolean()) {
    return *boolean;
  }
  return node.text();
}

}  // namespace

std::optional<int64_t> Node::integer() const {
  return is_plain(*this) ? parse_integer(text_) : std::nullopt;
}

std::optional<double> Node::number() const {
  return is_plain(*this) ? parse_number(text_) : std::nullopt;
}

std::optional<bool> Node::boolean() const {
  if (!is_plain(*this) || (text_ != "true" && text_ != "false")) {
    return std::nullopt;
  }
  return text_ == "true";
}

int64_t Node::as_integer(std::string_view key) const {
  const auto value = integer();
  return value ? *value : throw expected("an integer", key);
}

double Node::as_number(std::string_view key) const {
  const auto value = number();
  return value ? *value : throw expected("a number", key);
}

bool Node::as_boolean(std::string_view key) const {
  const auto value = boolean();
  return value ? *value : throw expected("true or false", key);
}

std::string Node::as_string(std::string_view key) const {
  return kind_ == Kind::kScalar ? text_ : throw expected("text", key);
}

InputError Node::expected(std::string_view what, std::string_view key) const {
  return error(fmt::format("{}: expected {}, found {}", key, what, describe(*this)));
}

nlohmann::json Node::to_json() const {
  switch (kind_) {
    case Kind::kNull:
      return nullptr;
    case Kind::kScalar:
      return scalar_to_json(*this);
    case Kind::kList:
      break;
    case Kind::kMap: {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, value] : entries_) {
        object[key] = value.to_json();
      }
      return object;
    }
  }
  nlohmann::json array = nlohmann::json::array();
  for (const Node& item : items_) {
    array.push_back(item.to_json());
  }
  return array;
}

}  // namespace multistate
