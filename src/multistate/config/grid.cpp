#include "multistate/config/grid.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"
#include "multistate/config/sweep_section.h"

namespace multistate {
namespace {

/// A value of the cell `config`; the place of a whole map is refused, since the map would be
/// dropped.
void set_parameter(GridCell& cell, const std::string& key, const Node& value,
                   const Mark& key_mark) {
  const Node* existing = cell.config.find(key);
  if (existing != nullptr && existing->kind() == Node::Kind::kMap) {
    throw InputError(fmt::format("{}: {} is a map ({}); a sweep varies single values",
                                 key_mark.text, in_quotes(key), existing->mark().text));
  }
  cell.config.set(key, value);
  cell.parameters.emplace_back(key, value);
}

int64_t product_size(const std::vector<GridAxis>& axes) {
  int64_t size = 1;
  for (const GridAxis& axis : axes) {
    size *= std::ssize(axis.values.items());
    if (size > kMaxGridCells) {
      throw InputError(fmt::format("{}: the axes up to this one make {} cells; {} are allowed",
                                   axis.mark.text, human_count(size), human_count(kMaxGridCells)));
    }
  }
  return size;
}

/// Cell `index` of `size`: its digits in the mixed radix of the axes, the first axis the most
/// significant.
GridCell product_cell(const Node& base, const std::vector<GridAxis>& axes, int64_t size,
                      int64_t index) {
  GridCell cell{base, {}};
  for (const GridAxis& axis : axes) {
    const std::vector<Node>& values = axis.values.items();
    size /= std::ssize(values);
    const int64_t digit = index / size % std::ssize(values);
    set_parameter(cell, axis.key, values[static_cast<size_t>(digit)], axis.mark);
  }
  return cell;
}

std::vector<GridCell> product(const Node& base, const std::vector<GridAxis>& axes) {
  const int64_t size = product_size(axes);
  std::vector<GridCell> cells;
  for (int64_t index = 0; index < size; ++index) {
    cells.push_back(product_cell(base, axes, size, index));
  }
  return cells;
}

bool matches(const GridCell& cell, const Node& entry) {
  return std::all_of(entry.entries().begin(), entry.entries().end(),
                     [&](const Node::Entry& wanted) {
                       const Node* value = cell.config.find(wanted.first);
                       return value != nullptr && value->to_json() == wanted.second.to_json();
                     });
}

bool has_overridden_key(const std::vector<GridCell>& cells, const Node& entry) {
  return std::any_of(entry.entries().begin(), entry.entries().end(),
                     [&](const Node::Entry& wanted) {
                       const Node* value = cells.front().config.find(wanted.first);
                       return value != nullptr && value->mark().command_line;
                     });
}

/// Each entry is held against the whole product, so that their order does not matter.
void exclude(std::vector<GridCell>& cells, const std::vector<Node>& entries) {
  for (const Node& entry : entries) {
    const bool has_match = std::any_of(cells.begin(), cells.end(),
                                       [&](const GridCell& cell) { return matches(cell, entry); });
    if (!has_match && (cells.empty() || !has_overridden_key(cells, entry))) {
      throw entry.error(
          fmt::format("sweep.exclude: no cell of sweep.parameters has {}", entry.to_json().dump()));
    }
  }
  std::erase_if(cells, [&](const GridCell& cell) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Node& entry) { return matches(cell, entry); });
  });
}

GridCell included_cell(const Node& base, const Node& entry) {
  GridCell cell{base, {}};
  for (const auto& [key, value] : entry.entries()) {
    set_parameter(cell, key, value, value.key_mark());
  }
  return cell;
}

}  // namespace

std::vector<GridCell> expand_grid(const Node& sweep_file) {
  const Node* sweep = sweep_file.member("sweep");
  const SweepSection section = read_sweep_section(sweep);
  Node base = sweep_file;
  base.erase_member("sweep");
  std::vector<GridCell> cells;
  if (section.has_parameters || section.include.empty()) {
    cells = product(base, section.axes);
  }
  exclude(cells, section.exclude);
  for (const Node& entry : section.include) {
    cells.push_back(included_cell(base, entry));
  }
  if (cells.empty()) {
    throw sweep->error("the sweep is empty: sweep.exclude takes every cell away");
  }
  if (std::ssize(cells) > kMaxGridCells) {
    throw sweep->error(fmt::format("the sweep has {} cells; {} are allowed",
                                   human_count(std::ssize(cells)), human_count(kMaxGridCells)));
  }
  return cells;
}

}  // namespace multistate
