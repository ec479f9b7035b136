#include "multistate/config/sweep_section.h"

#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"
#include "multistate/config/canonical_json.h"
#include "multistate/config/options.h"

namespace multistate {
namespace {

bool is_null(const Node* node) {
  return node == nullptr || node->kind() == Node::Kind::kNull;
}

/// A key that the cells can hold. `key_mark` of `value` is where it stands.
void check_key(const std::string& key, const Node& value) {
  if (key == "sweep" || key.starts_with("sweep.")) {
    throw InputError(
        fmt::format("{}: a sweep cannot vary itself: {}", value.key_mark().text, in_quotes(key)));
  }
}

void check_axis_values(const std::string& name, const Node& values) {
  std::map<std::string, const Node*> seen;
  for (const Node& value : values.items()) {
    if (value.kind() == Node::Kind::kMap) {
      throw value.expected("a scalar or a list", name);
    }
    const auto [first, is_new] = seen.emplace(canonical_json(value.to_json()), &value);
    if (!is_new) {
      throw value.error(fmt::format("{}: the value {} is given twice, first at {}", name,
                                    first->first, first->second->mark().text));
    }
  }
}

GridAxis read_axis(const std::string& key, const Node& axis) {
  const std::vector<std::string> known = {"values"};
  const std::string name = fmt::format("sweep.parameters.{}", key);
  check_key(key, axis);
  if (axis.kind() != Node::Kind::kMap) {
    throw axis.expected("a map such as {values: [1, 2]}", name);
  }
  reject_unknown(axis, known, name + ".");
  const Node* values = axis.member("values");
  if (values == nullptr) {
    throw InputError(
        fmt::format("{}: {} has no values; write {{values: [...]}}", axis.key_mark().text, name));
  }
  if (values->kind() != Node::Kind::kList || values->items().empty()) {
    throw values->kind() == Node::Kind::kList
        ? values->error(fmt::format("{}.values: the list is empty", name))
        : values->expected("a list of values", name + ".values");
  }
  check_axis_values(name + ".values", *values);
  return {key, *values, axis.key_mark()};
}

void check_entry(const Node& entry, const std::string& name) {
  if (entry.kind() != Node::Kind::kMap) {
    throw entry.expected("a map of keys to values", name);
  }
  if (entry.entries().empty()) {
    throw entry.error(fmt::format("{}: an entry needs at least one key", name));
  }
  for (const auto& [key, value] : entry.entries()) {
    check_key(key, value);
    if (value.kind() == Node::Kind::kMap || value.kind() == Node::Kind::kList) {
      throw value.expected("a scalar; a key below another is written with dots, as in policy.name",
                           fmt::format("{}.{}", name, key));
    }
  }
}

std::vector<Node> read_entries(const Node& sweep, const char* key) {
  const Node* list = sweep.member(key);
  if (is_null(list)) {
    return {};
  }
  const std::string name = fmt::format("sweep.{}", key);
  if (list->kind() != Node::Kind::kList) {
    throw list->expected("a list of maps", name);
  }
  for (const Node& entry : list->items()) {
    check_entry(entry, name);
  }
  return list->items();
}

}  // namespace

SweepSection read_sweep_section(const Node* sweep) {
  const std::vector<std::string> known = {"parameters", "include", "exclude"};
  SweepSection section;
  if (is_null(sweep)) {
    return section;
  }
  if (sweep->kind() != Node::Kind::kMap) {
    throw sweep->expected("a map", "sweep");
  }
  reject_unknown(*sweep, known, "sweep.");
  section.include = read_entries(*sweep, "include");
  section.exclude = read_entries(*sweep, "exclude");
  const Node* parameters = sweep->member("parameters");
  section.has_parameters = parameters != nullptr;
  if (is_null(parameters)) {
    return section;
  }
  if (parameters->kind() != Node::Kind::kMap) {
    throw parameters->expected("a map of axes", "sweep.parameters");
  }
  for (const auto& [key, axis] : parameters->entries()) {
    section.axes.push_back(read_axis(key, axis));
  }
  return section;
}

}  // namespace multistate
