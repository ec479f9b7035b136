#include "aggregate/tables/request.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

#include "aggregate/tables/fields.h"

namespace multistate::aggregate {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Refuses a value that is not among those of the cells; `shown`: the value in the message.
void check_known(const std::string& option, const std::string& shown, const std::string& value,
                 const Names& known) {
  if (!contains(known, value)) {
    throw InputError(fmt::format("{}: no cell has {}{}; there are {}", option, shown,
                                 did_you_mean(value, known), join(known)));
  }
}

void check_fields(const Collection& collection, const std::string& option, const Names& keys) {
  for (const std::string& key : keys) {
    check_known(option, in_quotes(key), key, field_names(collection));
  }
}

/// Whether two of the cells have the same values of all fields.
bool collide(const Collection& collection, const std::vector<size_t>& cells, Names keys) {
  keys.emplace_back("seed");
  std::set<Names> places;
  return std::any_of(cells.begin(), cells.end(), [&](size_t cell) {
    Names place;
    for (const std::string& key : keys) {
      place.push_back(field_of(collection, collection.cells[cell], key).value_or(""));
    }
    return !places.insert(place).second;
  });
}

Names default_rows(const Collection& collection, const std::vector<size_t>& cells,
                   const Names& columns) {
  Names rows;
  if (!contains(columns, "label") && !contains(columns, "policy.name")) {
    rows.emplace_back("label");
  }
  for (const std::string& key : varying_parameters(collection, cells)) {
    if (!key.starts_with("policy.") && key != "seed" && key != "state_fraction" &&
        !contains(columns, key)) {
      rows.push_back(key);
    }
  }
  if (rows.empty()) {
    rows.emplace_back("sweep");
  }
  for (const char* key : {"limited", "sweep", "id"}) {
    Names all = rows;
    all.insert(all.end(), columns.begin(), columns.end());
    if (!collide(collection, cells, all)) {
      break;
    }
    rows.emplace_back(key);
  }
  return rows;
}

}  // namespace

Filter parse_filter(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw InputError(fmt::format("--filter: {} is not KEY=VALUE[,VALUE...]", in_quotes(text)));
  }
  Filter filter = {text.substr(0, equals), {}};
  for (size_t start = equals + 1; start <= text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    filter.values.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return filter;
}

std::vector<size_t> select_cells(const Collection& collection, const std::vector<Filter>& filters) {
  for (const Filter& filter : filters) {
    check_fields(collection, "--filter", {filter.key});
    for (const std::string& value : filter.values) {
      check_known("--filter", filter.key + "=" + value, value,
                  values_of_field(collection, filter.key));
    }
  }
  std::vector<size_t> cells;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    if (std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) {
          const auto value = field_of(collection, collection.cells[i], filter.key);
          return value && contains(filter.values, *value);
        })) {
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
  check_fields(collection, "--rows", request.rows);
  check_fields(collection, "--columns", request.columns);
  for (const std::string& metric : request.metrics) {
    check_known("--metric", in_quotes(metric), metric, metric_names(collection, true));
  }
  if (!request.relative_to.empty()) {
    check_known("--relative-to", "the label " + in_quotes(request.relative_to), request.relative_to,
                values_of_field(collection, "label"));
  }
  if (request.columns.empty() && !contains(request.rows, "state_size") &&
      !values_of_field(collection, "state_size").empty()) {
    request.columns = {"state_size"};
  }
  if (request.rows.empty()) {
    request.rows = default_rows(collection, cells, request.columns);
  }
  if (request.metrics.empty()) {
    request.metrics = metric_names(collection, false);
    for (const char* name : {"perplexity", "nll"}) {
      if (contains(request.metrics, name)) {
        request.metrics = {name};
      }
    }
  }
  return request;
}

std::string count_line(const Collection& collection, const std::vector<size_t>& cells) {
  std::map<CellState, size_t> states;
  size_t loose = 0;
  size_t limited = 0;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    ++states[cell.state];
    limited += cell.limited ? 1 : 0;
    loose += collection.sweeps.at(cell.sweep).has_manifest ? 0 : 1;
  }
  const std::string partial = states[CellState::kPartial] == 0
                                  ? ""
                                  : fmt::format("{} partial, ", states[CellState::kPartial]);
  return fmt::format(
      "{} of {} planned cells ({} failed, {}{} missing, {} limited){}", states[CellState::kDone],
      cells.size(), states[CellState::kFailed], partial, states[CellState::kMissing], limited,
      loose == 0
          ? ""
          : fmt::format("; {} of them have no sweep.json, so more may have been planned", loose));
}

}  // namespace multistate::aggregate
