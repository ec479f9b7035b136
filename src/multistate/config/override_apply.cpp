#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/override.h"

namespace multistate {
namespace {

constexpr const char* kAxes = "sweep.parameters";

[[noreturn]] void fail(const Override& change, const std::string& message) {
  throw InputError(fmt::format("{}: {}", change.mark.text, message));
}

bool is_at_or_below(std::string_view key, std::string_view top) {
  return key.starts_with(top) && (key.size() == top.size() || key[top.size()] == '.');
}

/// Replaces the axes by what `edit` makes of them.
template <class Edit>
void edit_axes(Node& sweep_file, const Edit& edit) {
  if (const Node* axes = sweep_file.find(kAxes);
      axes != nullptr && axes->kind() == Node::Kind::kMap) {
    Node edited = *axes;
    edit(edited);
    sweep_file.set(kAxes, std::move(edited));
  }
}

void collect_keys(const Node& node, const std::string& prefix, std::vector<std::string>& keys) {
  for (const auto& [key, value] : node.entries()) {
    keys.push_back(prefix + key);
    collect_keys(value, prefix + key + ".", keys);
  }
}

/// For the nearest name: the keys of the file, those of the axes, and the known ones.
std::string nearest_hint(const Node& sweep_file, const Override& change,
                         std::span<const std::string> known_keys) {
  Node base = sweep_file;
  base.erase_member("sweep");
  std::vector<std::string> keys(known_keys.begin(), known_keys.end());
  collect_keys(base, "", keys);
  if (const Node* axes = sweep_file.find(kAxes); axes != nullptr) {
    for (const auto& [key, axis] : axes->entries()) {
      keys.push_back(key);
    }
  }
  return did_you_mean(change.key, keys);
}

void check_known(const Node& sweep_file, const Override& change,
                 std::span<const std::string> known_keys) {
  const bool known = std::any_of(known_keys.begin(), known_keys.end(),
                                 [&](const auto& key) { return is_at_or_below(change.key, key); });
  if (!known) {
    fail(change, fmt::format("a sweep file has no key '{}'{}", change.key,
                             nearest_hint(sweep_file, change, known_keys)));
  }
}

/// A scalar in the place of "policy" would drop everything below it.
void refuse_map(const Node& sweep_file, const Override& change) {
  const Node* base = sweep_file.find(change.key);
  if (base == nullptr || base->kind() != Node::Kind::kMap) {
    return;
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : base->entries()) {
    keys.push_back(fmt::format("{}.{}", change.key, key));
  }
  fail(change, fmt::format("'{}' is a map; set its keys one by one: {}", change.key, join(keys)));
}

void set_axis(Node& sweep_file, const Override& change) {
  if (is_at_or_below(change.key, "sweep")) {
    fail(change, "the description of the sweep takes one value, not several");
  }
  Node axis = Node::map({}, change.mark);
  axis.set_member("values", Node::list(change.values, change.mark));
  if (const Node* axes = sweep_file.find(kAxes);
      axes == nullptr || axes->kind() == Node::Kind::kNull) {
    sweep_file.set(kAxes, Node::map({}, change.mark));
  }
  if (const Node* axes = sweep_file.find(kAxes); axes->kind() != Node::Kind::kMap) {
    throw axes->expected("a map of axes", kAxes);
  }
  edit_axes(sweep_file, [&](Node& axes) { axes.set_member(change.key, std::move(axis)); });
}

void remove(Node& sweep_file, const Override& change, std::span<const std::string> known_keys) {
  bool removed = sweep_file.erase(change.key);
  edit_axes(sweep_file, [&](Node& axes) {
    const std::vector<Node::Entry> all = axes.entries();
    for (const auto& [key, axis] : all) {
      removed = (is_at_or_below(key, change.key) && axes.erase_member(key)) || removed;
    }
  });
  if (!removed) {
    fail(change, fmt::format("the sweep file has no key '{}' to delete{}", change.key,
                             nearest_hint(sweep_file, change, known_keys)));
  }
}

}  // namespace

void apply_override(Node& sweep_file, const Override& change,
                    std::span<const std::string> known_keys) {
  if (change.kind == Override::Kind::kDelete) {
    remove(sweep_file, change, known_keys);
    return;
  }
  check_known(sweep_file, change, known_keys);
  refuse_map(sweep_file, change);
  if (change.values.size() > 1) {
    set_axis(sweep_file, change);
    return;
  }
  sweep_file.set(change.key, change.values.front());
  edit_axes(sweep_file, [&](Node& axes) { axes.erase_member(change.key); });
}

}  // namespace multistate
