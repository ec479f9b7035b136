#include "aggregate/tables/pivot.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

#include "aggregate/tables/fields.h"
#include "aggregate/tables/shown_table.h"
#include "aggregate/tables/values.h"

namespace multistate::aggregate {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kNone = "-";

Values values_of(const Collection& collection, const Cell& cell, const Values& keys) {
  Values values;
  for (const std::string& key : keys) {
    const char* none = key == "state_size" ? "unbounded" : kNone;
    values.push_back(key == "label" ? cell.name : field_of(collection, cell, key).value_or(none));
  }
  return values;
}

/// Distinct values in the order of their first cell.
class Places {
 public:
  size_t of(const Values& values) {
    const auto [found, is_new] = index_.emplace(values, order_.size());
    if (is_new) {
      order_.push_back(values);
    }
    return found->second;
  }
  const std::vector<Values>& order() const { return order_; }

 private:
  std::map<Values, size_t> index_;
  std::vector<Values> order_;
};

/// Fields other than the seed in which two cells differ.
Values differences(const Collection& collection, const Cell& a, const Cell& b) {
  std::set<std::string> keys = {"limited"};
  for (const Cell* cell : {&a, &b}) {
    for (const auto& [key, value] : cell->parameters) {
      keys.insert(key);
    }
  }
  keys.erase("seed");
  Values differing;
  for (const std::string& key : keys) {
    // A cell that was not done does not tell all of its parameters.
    const auto left = field_of(collection, a, key);
    const auto right = field_of(collection, b, key);
    if (left != right && ((left && right) || a.state == b.state)) {
      differing.push_back(key);
    }
  }
  if (differing.empty() && a.parameter("seed") == b.parameter("seed")) {
    differing.emplace_back("id");
  }
  return differing;
}

/// Refuses cells in one place that differ in more than their seed.
void check_place(const Collection& collection, const std::vector<size_t>& cells) {
  for (size_t i = 1; i < cells.size(); ++i) {
    const Values differing =
        differences(collection, collection.cells[cells.front()], collection.cells[cells[i]]);
    if (!differing.empty()) {
      throw InputError(
          fmt::format("{} cells share one entry of the table and differ in {}: add it to --rows or "
                      "--columns, or select with --filter",
                      cells.size(), join(differing)));
    }
  }
}

/// Indices of columns in the order of their values.
std::vector<size_t> ordered(const std::vector<Values>& columns) {
  std::vector<size_t> order(columns.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto [left, right] =
        std::mismatch(columns[a].begin(), columns[a].end(), columns[b].begin());
    return left != columns[a].end() && is_before(*left, *right);
  });
  return order;
}

std::string unit_of(const Collection& collection, const std::string& metric) {
  for (const Cell& cell : collection.cells) {
    if (const auto found = cell.metrics.find(metric); found != cell.metrics.end()) {
      return found->second.unit;
    }
  }
  return "";
}

/// Whether a field says what cells were run on.
bool is_of_block(const std::string& key) {
  return !is_of_policy(key) && key != "id" && key != "state";
}

/// Row values that say what cells were run on.
Values block_of(const Table& table, const TableRow& row) {
  Values block;
  for (size_t i = 0; i < table.row_keys.size(); ++i) {
    if (is_of_block(table.row_keys[i])) {
      block.push_back(row.values[i]);
    }
  }
  return block;
}

/// The value by which --sort orders a row: text of a key, or a number as text.
std::string sort_value(const Table& table, const TableRow& row, const std::string& key) {
  const auto found = std::find(table.row_keys.begin(), table.row_keys.end(), key);
  if (found != table.row_keys.end()) {
    return row.values[static_cast<size_t>(found - table.row_keys.begin())];
  }
  std::string value = kNone;
  for (size_t c = 0; c < row.entries.size(); ++c) {
    if (table.columns[c].metric == key && row.entries[c].value) {
      value = fmt::format("{}", *row.entries[c].value);
    }
  }
  return value;
}

/// Whether the row of value `left` comes before that of `right`; what has no value is last either
/// way.
bool sorts_before(const std::string& left, const std::string& right, bool descending) {
  if (left == kNone || right == kNone) {
    return left != kNone;
  }
  const std::string& first = descending ? right : left;
  const std::string& second = descending ? left : right;
  return is_before(first, second) || (!is_before(second, first) && first < second);
}

/// Rows of a block together, in the order of the blocks' first cells unless --sort names a field
/// that makes blocks; within them as --sort says.
void order_rows(const TableRequest& request, Table& table) {
  const bool descending = request.sort.starts_with("-");
  const std::string key = request.sort.substr(descending ? 1 : 0);
  Values names = table.row_keys;
  const bool is_row_key = std::find(names.begin(), names.end(), key) != names.end();
  names.insert(names.end(), request.metrics.begin(), request.metrics.end());
  if (!key.empty() && std::find(names.begin(), names.end(), key) == names.end()) {
    throw InputError(fmt::format(
        "--sort: {} is neither a field of the rows nor a metric of the table{}; there are {}",
        in_quotes(key), did_you_mean(key, names), join(names)));
  }
  Places blocks;
  std::vector<std::pair<size_t, TableRow>> rows;
  for (TableRow& row : table.rows) {
    rows.emplace_back(blocks.of(block_of(table, row)), std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    const std::string left = sort_value(table, a.second, key);
    const std::string right = sort_value(table, b.second, key);
    if (left != right && (a.first == b.first || (is_row_key && is_of_block(key)))) {
      return sorts_before(left, right, descending);
    }
    return a.first < b.first;
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    table.rows[i] = std::move(rows[i].second);
    table.rows[i].starts_block = i > 0 && rows[i].first != rows[i - 1].first;
  }
}

std::string title_of(const Collection& collection, const TableRequest& request) {
  Values metrics;
  for (const std::string& metric : request.metrics) {
    const std::string unit = unit_of(collection, metric);
    metrics.push_back(unit.empty() ? metric : fmt::format("{} ({})", metric, unit));
  }
  std::string title = join(metrics);
  if (!request.columns.empty()) {
    title += " by " + join(request.columns);
  }
  if (!request.relative_to.empty()) {
    title += fmt::format(", {} {}", request.relation == Relation::kRatio ? "divided by" : "less",
                         name_of_label(collection, request.relative_to));
  }
  for (const Filter& filter : request.filters) {
    title += fmt::format(", {} = {}", filter.key, join(filter.values, " or "));
  }
  return title;
}

/// Which cells stand where.
struct Layout {
  Places rows;
  Places columns;
  std::map<std::pair<size_t, size_t>, std::vector<size_t>> places;
};

Layout lay_out(const Collection& collection, const std::vector<size_t>& cells,
               const TableRequest& request) {
  Layout layout;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    const size_t row = layout.rows.of(values_of(collection, cell, request.rows));
    const size_t column = layout.columns.of(values_of(collection, cell, request.columns));
    layout.places[{row, column}].push_back(index);
  }
  for (const auto& [place, in_place] : layout.places) {
    check_place(collection, in_place);
  }
  return layout;
}

/// Columns, and rows with their entries.
void fill_table(const Collection& collection, const std::vector<size_t>& cells,
                const TableRequest& request, EntryFiller& filler, Table& table) {
  const Layout layout = lay_out(collection, cells, request);
  for (const Values& values : layout.rows.order()) {
    table.rows.push_back({values, {}, false});
  }
  const bool ratio = !request.relative_to.empty() && request.relation == Relation::kRatio;
  for (const std::string& metric : request.metrics) {
    for (const size_t column : ordered(layout.columns.order())) {
      table.columns.push_back(
          {metric, ratio ? "" : unit_of(collection, metric), layout.columns.order()[column], 4});
      for (size_t row = 0; row < table.rows.size(); ++row) {
        TableEntry& entry = table.rows[row].entries.emplace_back();
        const auto found = layout.places.find({row, column});
        entry.cells = found == layout.places.end() ? std::vector<size_t>{} : found->second;
        filler.fill(metric, entry);
      }
    }
  }
}

}  // namespace

Table make_table(const Collection& collection, const TableRequest& request,
                 const Findings& findings) {
  const auto cells = select_cells(collection, request.filters);
  const TableRequest full = complete_request(collection, cells, request);
  EntryFiller filler(collection, full, findings);
  Table table;
  table.title = title_of(collection, full);
  table.setup = setup_of(collection);
  table.row_keys = full.rows;
  table.is_difference = !full.relative_to.empty() && full.relation == Relation::kDifference;
  table.counts = count_line(collection, cells);
  fill_table(collection, cells, full, filler, table);
  order_rows(full, table);
  filler.explain(table);
  std::replace(table.row_keys.begin(), table.row_keys.end(), std::string("label"),
               std::string("policy"));  // The word for readers.
  set_decimals(table);
  return table;
}

}  // namespace multistate::aggregate
