#include "aggregate/tables/entry_text.h"

#include <algorithm>
#include <set>

#include "multistate/base/text.h"

#include "aggregate/tables/numbers.h"

namespace multistate::aggregate {

EntryText entry_text(const Table& table, size_t row, size_t column) {
  const TableEntry& entry = table.rows[row].entries[column];
  if (!entry.is_planned) {
    return {};
  }
  if (!entry.value) {
    return {entry.state == CellState::kDone ? "-" : to_string(entry.state), ""};
  }
  const int decimals = table.columns[column].decimals;
  EntryText text = {number_text(*entry.value, decimals, table.is_difference), ""};
  if (entry.standard_error) {
    text.error = number_text(*entry.standard_error, decimals, false);
  }
  return text;
}

std::string column_text(const Table& table, size_t column) {
  const TableColumn& shown = table.columns[column];
  const std::string values = join(shown.values);
  if (values.empty()) {
    return shown.metric;
  }
  return metrics_in(table) > 1 ? shown.metric + " " + values : values;
}

bool has_best(const Table& table) {
  return std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(),
                       [](const TableEntry& entry) { return entry.is_best; });
  });
}

size_t metrics_in(const Table& table) {
  std::set<std::string> metrics;
  for (const TableColumn& column : table.columns) {
    metrics.insert(column.metric);
  }
  return metrics.size();
}

}  // namespace multistate::aggregate
