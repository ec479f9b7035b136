#include "aggregate/tables/pivot.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

#include "aggregate/reading/setting.h"
#include "aggregate/tables/fields.h"
#include "aggregate/tables/numbers.h"
#include "aggregate/tables/select.h"
#include "aggregate/tables/values.h"

namespace multistate::aggregate {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kNone = "-";

Values values_of(const Collection& collection, const Cell& cell, const Values& keys) {
  Values values;
  for (const std::string& key : keys) {
    const char* none = key == "state_size" ? "unbounded" : kNone;
    values.push_back(field_of(collection, cell, key).value_or(none));
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

/// Cells by row and column.
struct Layout {
  Places rows;
  Places columns;
  std::map<std::pair<size_t, size_t>, std::vector<size_t>> cells;
};

Layout lay_out(const Collection& collection, const std::vector<size_t>& cells,
               const TableRequest& request) {
  Layout layout;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    const size_t row = layout.rows.of(values_of(collection, cell, request.rows));
    const size_t column = layout.columns.of(values_of(collection, cell, request.columns));
    layout.cells[{row, column}].push_back(index);
  }
  return layout;
}

/// Fields other than the seed in which two cells differ.
Values differences(const Collection& collection, const Cell& a, const Cell& b) {
  std::set<std::string> keys;
  for (const Cell* cell : {&a, &b}) {
    for (const auto& [key, value] : cell->parameters) {
      keys.insert(key);
    }
  }
  keys.erase("seed");
  keys.insert("limited");
  Values differing;
  for (const std::string& key : keys) {
    // A cell that was not done does not tell all of its parameters.
    const auto left = field_of(collection, a, key);
    const auto right = field_of(collection, b, key);
    if (left != right && ((left && right) || (a.state == b.state))) {
      differing.push_back(key);
    }
  }
  const bool seeds = field_of(collection, a, "seed") != field_of(collection, b, "seed");
  if (differing.empty() && !seeds) {
    differing.emplace_back("id");
  }
  return differing;
}

void check_place(const Collection& collection, const std::vector<size_t>& cells) {
  for (const size_t index : cells) {
    const Cell& first = collection.cells[cells.front()];
    const Cell& other = collection.cells[index];
    const Values differing =
        index == cells.front() ? Values{} : differences(collection, first, other);
    if (!differing.empty()) {
      throw InputError(fmt::format(
          "{} cells fall in one place of the table; they differ in {}: add it to --rows or "
          "--columns, or select with --filter",
          cells.size(), join(differing)));
    }
  }
}

/// Values of columns in order, each with its place in the layout.
std::vector<size_t> ordered(const std::vector<Values>& columns) {
  std::vector<size_t> order(columns.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    for (size_t key = 0; key < columns[a].size(); ++key) {
      if (columns[a][key] != columns[b][key]) {
        return is_before(columns[a][key], columns[b][key]);
      }
    }
    return false;
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

void check_sort(const Table& table, const TableRequest& request, const std::string& key) {
  Values names = table.row_keys;
  names.insert(names.end(), request.metrics.begin(), request.metrics.end());
  if (std::find(names.begin(), names.end(), key) == names.end()) {
    throw InputError(
        fmt::format("--sort: {} is no field of the rows and no metric of the table{}; there are {}",
                    in_quotes(key), did_you_mean(key, names), join(names)));
  }
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
  if (!key.empty()) {
    check_sort(table, request, key);
  }
  const bool orders_blocks =
      is_of_block(key) &&
      std::find(table.row_keys.begin(), table.row_keys.end(), key) != table.row_keys.end();
  Places blocks;
  std::vector<std::pair<size_t, TableRow>> rows;
  for (TableRow& row : table.rows) {
    rows.emplace_back(blocks.of(block_of(table, row)), std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    const std::string left = sort_value(table, a.second, key);
    const std::string right = sort_value(table, b.second, key);
    if (left != right && (a.first == b.first || orders_blocks)) {
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
                         request.relative_to);
  }
  for (const Filter& filter : request.filters) {
    title += fmt::format(", {} = {}", filter.key, join(filter.values, " or "));
  }
  return title;
}

void add_columns(const Collection& collection, const TableRequest& request,
                 const std::vector<Values>& values, const std::vector<size_t>& order,
                 Table& table) {
  const bool ratio = !request.relative_to.empty() && request.relation == Relation::kRatio;
  for (const std::string& metric : request.metrics) {
    for (const size_t place : order) {
      table.columns.push_back({metric, ratio ? "" : unit_of(collection, metric), values[place], 4});
    }
  }
}

void add_rows(const Layout& layout, const TableRequest& request, const std::vector<size_t>& order,
              ValueSource& source, Table& table) {
  for (size_t r = 0; r < layout.rows.order().size(); ++r) {
    TableRow row = {layout.rows.order()[r], {}, false};
    for (const std::string& metric : request.metrics) {
      for (const size_t place : order) {
        TableEntry entry;
        if (const auto found = layout.cells.find({r, place}); found != layout.cells.end()) {
          entry.cells = found->second;
        }
        fill_value(metric, source, entry);
        row.entries.push_back(std::move(entry));
      }
    }
    table.rows.push_back(std::move(row));
  }
}

void note_missing_baselines(const ValueSource& source, const TableRequest& request, Table& table) {
  if (source.without_baseline == 0) {
    return;
  }
  const bool any = std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(),
                       [](const TableEntry& entry) { return entry.value.has_value(); });
  });
  if (!any) {
    throw InputError(
        fmt::format("--relative-to: no done cell of {} was run on what the other cells were run on",
                    in_quotes(request.relative_to)));
  }
  table.notes.push_back(fmt::format("{} values are not shown: no {} was run on the same",
                                    source.without_baseline, request.relative_to));
}

}  // namespace

Table make_table(const Collection& collection, const TableRequest& request,
                 const Findings* findings) {
  const auto cells = select_cells(collection, request.filters);
  const TableRequest full = complete_request(collection, cells, request);
  const Layout layout = lay_out(collection, cells, full);
  for (const auto& [place, in_place] : layout.cells) {
    check_place(collection, in_place);
  }
  std::optional<Baselines> baselines;
  if (!full.relative_to.empty()) {
    baselines.emplace(collection, full.relative_to);
  }
  ValueSource source = {collection, full, findings, baselines ? &*baselines : nullptr, 0};
  Table table;
  table.title = title_of(collection, full);
  table.setup = setup_of(collection);
  table.row_keys = full.rows;
  table.column_keys = full.columns;
  table.is_difference = baselines && full.relation == Relation::kDifference;
  table.counts = count_line(collection, cells);
  const auto order = ordered(layout.columns.order());
  add_columns(collection, full, layout.columns.order(), order, table);
  add_rows(layout, full, order, source, table);
  order_rows(full, table);
  set_marks(source, table);
  note_missing_baselines(source, full, table);
  set_decimals(table);
  return table;
}

}  // namespace multistate::aggregate
