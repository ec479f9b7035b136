#include "aggregate/tables/entry_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

struct Magnitudes {
  double smallest_error = HUGE_VAL;
  std::vector<double> values;
};

/// Decimals that show `digits` significant digits of a positive number.
int decimals_for(double number, int digits) {
  return digits - 1 - static_cast<int>(std::floor(std::log10(number)));
}

int decimals_of(Magnitudes& seen) {
  int decimals = 0;
  if (std::isfinite(seen.smallest_error)) {
    decimals = decimals_for(seen.smallest_error, 2);
  } else if (!seen.values.empty()) {
    const auto middle = seen.values.begin() + static_cast<long>(seen.values.size() / 2);
    std::nth_element(seen.values.begin(), middle, seen.values.end());
    decimals = std::min(4, decimals_for(*middle, 4));
  }
  return std::clamp(decimals, 0, 6);
}

}  // namespace

void set_decimals(Table& table) {
  std::map<std::string, Magnitudes> seen;
  for (const TableRow& row : table.rows) {
    for (size_t c = 0; c < row.entries.size(); ++c) {
      Magnitudes& magnitudes = seen[table.columns[c].metric];
      const TableEntry& entry = row.entries[c];
      if (entry.value && std::isfinite(*entry.value) && *entry.value != 0.0) {
        magnitudes.values.push_back(std::abs(*entry.value));
      }
      if (entry.standard_error > 0.0 && std::isfinite(*entry.standard_error)) {
        magnitudes.smallest_error = std::min(magnitudes.smallest_error, *entry.standard_error);
      }
    }
  }
  for (TableColumn& column : table.columns) {
    column.decimals = decimals_of(seen[column.metric]);
  }
}

std::string number_text(double value, int decimals, bool is_difference) {
  if (!std::isfinite(value)) {
    return fmt::format("{}", std::isnan(value) ? std::abs(value) : value);
  }
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') {
    text.erase(0, 1);  // "-0.00"
  }
  return is_difference && value > 0.0 ? "+" + text : text;
}

EntryText entry_text(const Table& table, size_t row, size_t column) {
  const TableEntry& entry = table.rows[row].entries[column];
  if (!entry.is_planned) {
    return {""};
  }
  if (!entry.value) {
    return {entry.state == CellState::kDone ? "-" : to_string(entry.state)};
  }
  const int decimals = table.columns[column].decimals;
  EntryText text = {number_text(*entry.value, decimals, table.is_difference)};
  if (entry.standard_error) {
    text.error = number_text(*entry.standard_error, decimals, false);
  }
  for (const auto& [has, mark] :
       {std::pair(entry.is_significant, "*"), std::pair(entry.is_tied, kTiedMark),
        std::pair(!entry.is_ranked, kUnrankedMark), std::pair(entry.limited, "\u2020")}) {
    if (has) {
      text.marks.emplace_back(mark);
    }
  }
  return text;
}

std::string column_text(const Table& table, size_t column) {
  const TableColumn& shown = table.columns[column];
  const std::string values = join(shown.values);
  if (values.empty()) {
    return shown.metric;
  }
  // Columns are ordered by metric.
  const bool several = table.columns.front().metric != table.columns.back().metric;
  return several ? shown.metric + " " + values : values;
}

bool has_best(const Table& table) {
  return std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(),
                       [](const TableEntry& entry) { return entry.is_best; });
  });
}

}  // namespace multistate::aggregate
