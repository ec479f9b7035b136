#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"

#include "aggregate/tables/request.h"

namespace multistate::aggregate {

/// Marks of entries, beside "*" and, of limited cells, a dagger.
inline constexpr const char* kTiedMark = "=";
inline constexpr const char* kUnrankedMark = "\u2021";

/// One entry of a table.
struct TableEntry {
  bool is_planned = false;  ///< Else no cell belongs here.
  CellState state = CellState::kMissing;
  std::optional<double> value;  ///< Of a done cell that has the metric; a mean over `cells`.
  std::optional<double> standard_error;
  bool limited = false;
  bool is_best = false;         ///< At its state size (Standing).
  bool is_tied = false;         ///< For the best.
  bool is_ranked = true;        ///< Else it does not compete for the best.
  bool is_significant = false;  ///< Differs from the reference that the table's notes name.
  std::vector<size_t> cells;    ///< Several when they differ in their seed only.
};

struct TableColumn {
  std::string metric;
  std::string unit;                 ///< Of the values as shown: empty for a ratio.
  std::vector<std::string> values;  ///< Of the column keys; "-" where there is none, of state_size
                                    ///< "unbounded".
  int decimals = 4;
};

struct TableRow {
  std::vector<std::string> values;  ///< Of the row keys.
  std::vector<TableEntry> entries;  ///< By column.
  bool starts_block = false;        ///< What can be compared among each other ends before it.
};

/// A table before it has a format. Columns are ordered by metric, then by value.
struct Table {
  std::string title;
  std::string setup;  ///< What was measured on, setup_line(); may be empty.
  std::vector<std::string> row_keys;
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;
  bool is_difference = false;      ///< Values have their sign.
  std::vector<std::string> notes;  ///< What the marks in use mean.
  std::string counts;              ///< The last line: count_line().
};

template <class Property>
bool any_entry(const Table& table, const Property& has) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(), has);
  });
}

/// Throws InputError as select_cells() and complete_request() do, when cells that differ in more
/// than their seed fall in one place, and when a value has nothing to be relative to.
Table make_table(const Collection& collection, const TableRequest& request,
                 const Findings& findings = {});

}  // namespace multistate::aggregate
