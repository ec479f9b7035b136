#include "aggregate/tables/select.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

#include "aggregate/tables/fields.h"

namespace multistate::aggregate {
namespace {

template <class List>
bool contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void check_values(const Collection& collection, const Filter& filter) {
  check_field(collection, filter.key, "--filter");
  std::set<std::string> values;
  for (const Cell& cell : collection.cells) {
    if (const auto value = field_of(collection, cell, filter.key)) {
      values.insert(*value);
    }
  }
  for (const std::string& value : filter.values) {
    if (values.count(value) == 0) {
      const std::vector<std::string> list(values.begin(), values.end());
      throw InputError(fmt::format("--filter: no cell has {}={}{}; there are {}", filter.key, value,
                                   did_you_mean(value, list), join(list)));
    }
  }
}

void check_metric(const Collection& collection, const std::string& metric) {
  const auto names = metric_names(collection);
  if (!contains(names, metric)) {
    throw InputError(fmt::format("--metric: no cell has {}{}; there are {}", in_quotes(metric),
                                 did_you_mean(metric, names), join(names)));
  }
}

void check_label(const Collection& collection, const std::string& label) {
  std::set<std::string> labels;
  for (const Cell& cell : collection.cells) {
    labels.insert(cell.label);
  }
  if (labels.count(label) == 0) {
    const std::vector<std::string> list(labels.begin(), labels.end());
    throw InputError(fmt::format("--relative-to: no cell has the label {}{}; there are {}",
                                 in_quotes(label), did_you_mean(label, list), join(list)));
  }
}

std::vector<std::string> default_metrics(const Collection& collection) {
  std::set<std::string> names;
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, metric] : cell.metrics) {
      names.insert(name);
    }
  }
  for (const char* name : {"perplexity", "nll"}) {
    if (names.count(name) > 0) {
      return {name};
    }
  }
  return {names.begin(), names.end()};
}

/// Whether two of the cells have the same values of all fields.
bool collide(const Collection& collection, const std::vector<size_t>& cells,
             std::vector<std::string> keys) {
  keys.emplace_back("seed");
  std::set<std::vector<std::string>> places;
  return std::any_of(cells.begin(), cells.end(), [&](size_t cell) {
    std::vector<std::string> place;
    place.reserve(keys.size());
    for (const std::string& key : keys) {
      place.push_back(field_of(collection, collection.cells[cell], key).value_or(""));
    }
    return !places.insert(place).second;
  });
}

std::vector<std::string> default_rows(const Collection& collection,
                                      const std::vector<size_t>& cells,
                                      const std::vector<std::string>& columns) {
  std::vector<std::string> rows;
  if (!contains(columns, "label") && !contains(columns, "policy.name")) {
    rows.emplace_back("label");
  }
  for (const std::string& key : varying_parameters_of(collection, cells)) {
    if (!key.starts_with("policy.") && key != "seed" && key != "state_fraction" &&
        !contains(columns, key)) {
      rows.push_back(key);
    }
  }
  if (rows.empty()) {
    rows.emplace_back("sweep");
  }
  for (const char* key : {"limited", "sweep", "id"}) {
    auto all = rows;
    all.insert(all.end(), columns.begin(), columns.end());
    if (!collide(collection, cells, all)) {
      break;
    }
    rows.emplace_back(key);
  }
  return rows;
}

bool has_field(const Collection& collection, const std::string& key) {
  return std::any_of(collection.cells.begin(), collection.cells.end(),
                     [&](const Cell& cell) { return field_of(collection, cell, key).has_value(); });
}

}  // namespace

std::vector<size_t> select_cells(const Collection& collection, const std::vector<Filter>& filters) {
  for (const Filter& filter : filters) {
    check_values(collection, filter);
  }
  std::vector<size_t> cells;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const bool kept = std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) {
      const auto value = field_of(collection, collection.cells[i], filter.key);
      return value && contains(filter.values, *value);
    });
    if (kept) {
      cells.push_back(i);
    }
  }
  if (cells.empty() && !filters.empty()) {
    throw InputError(fmt::format("--filter: none of {} cells passes all filters",
                                 human_count(static_cast<int64_t>(collection.cells.size()))));
  }
  return cells;
}

TableRequest complete_request(const Collection& collection, const std::vector<size_t>& cells,
                              TableRequest request) {
  for (const std::string& key : request.rows) {
    check_field(collection, key, "--rows");
  }
  for (const std::string& key : request.columns) {
    check_field(collection, key, "--columns");
  }
  for (const std::string& metric : request.metrics) {
    check_metric(collection, metric);
  }
  if (!request.relative_to.empty()) {
    check_label(collection, request.relative_to);
  }
  if (request.columns.empty() && !contains(request.rows, "state_size") &&
      has_field(collection, "state_size")) {
    request.columns = {"state_size"};
  }
  if (request.rows.empty()) {
    request.rows = default_rows(collection, cells, request.columns);
  }
  if (request.metrics.empty()) {
    request.metrics = default_metrics(collection);
  }
  return request;
}

std::string count_line(const Collection& collection, const std::vector<size_t>& cells) {
  std::map<CellState, size_t> states;
  std::set<size_t> loose;
  size_t limited = 0;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    ++states[cell.state];
    limited += cell.limited ? 1 : 0;
    if (!collection.sweeps.at(cell.sweep).has_manifest) {
      loose.insert(index);
    }
  }
  const std::string partial = states[CellState::kPartial] == 0
                                  ? ""
                                  : fmt::format("{} partial, ", states[CellState::kPartial]);
  std::string line = fmt::format("{} of {} planned cells ({} failed, {}{} missing, {} limited)",
                                 states[CellState::kDone], cells.size(), states[CellState::kFailed],
                                 partial, states[CellState::kMissing], limited);
  if (!loose.empty()) {
    line +=
        fmt::format("; no sweep.json says how many were planned beside {} of them", loose.size());
  }
  return line;
}

}  // namespace multistate::aggregate
