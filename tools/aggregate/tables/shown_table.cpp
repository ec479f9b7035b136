#include "aggregate/tables/shown_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

/// Decimals that show `digits` significant digits of a positive number.
int decimals_for(double number, int digits) {
  return digits - 1 - static_cast<int>(std::floor(std::log10(number)));
}

/// Of values without 0 and their standard errors without 0, all of them finite.
int decimals_of(std::vector<double> values, const std::vector<double>& errors) {
  int decimals = 0;
  if (!errors.empty()) {
    decimals = decimals_for(*std::min_element(errors.begin(), errors.end()), 2);
  } else if (!values.empty()) {
    const auto middle = values.begin() + static_cast<long>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    decimals = std::min(4, decimals_for(*middle, 4));
  }
  return std::clamp(decimals, 0, 6);
}

void add_size(std::optional<double> number, std::vector<double>& sizes) {
  if (number && std::isfinite(*number) && *number != 0.0) {
    sizes.push_back(std::abs(*number));
  }
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
  text.is_number = true;
  text.is_best = entry.is_best;
  text.error = entry.standard_error ? number_text(*entry.standard_error, decimals, false) : "";
  for (const auto& [has, mark] :
       {std::pair(entry.is_significant, "*"), std::pair(entry.is_tied, kTiedMark),
        std::pair(!entry.is_ranked, kUnrankedMark), std::pair(entry.limited, "\u2020")}) {
    if (has) {
      text.marks.emplace_back(mark);
    }
  }
  return text;
}

std::string column_text(const Table& table, size_t column, const Style& style) {
  const TableColumn& shown = table.columns[column];
  std::string values = join(shown.values);
  if (style.metrics_above ||
      (!values.empty() && table.columns.front().metric == table.columns.back().metric)) {
    return values;
  }
  return values.empty() ? shown.metric : shown.metric + " " + values;
}

}  // namespace

void set_decimals(Table& table) {
  for (const auto& columns : columns_by_metric(table)) {
    std::vector<double> values;
    std::vector<double> errors;
    for (const TableRow& row : table.rows) {
      for (const size_t column : columns) {
        add_size(row.entries[column].value, values);
        add_size(row.entries[column].standard_error, errors);
      }
    }
    for (const size_t column : columns) {
      table.columns[column].decimals = decimals_of(values, errors);
    }
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

std::vector<std::vector<std::string>> lines_of(const Table& table,
                                               const std::vector<size_t>& columns,
                                               const Style& style) {
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& key : table.row_keys) {
    lines[0].push_back(style.text(key));
  }
  for (const size_t column : columns) {
    lines[0].push_back(style.text(column_text(table, column, style)));
  }
  for (size_t row = 0; row < table.rows.size(); ++row) {
    auto& line = lines.emplace_back();
    for (const std::string& value : table.rows[row].values) {
      line.push_back(style.text(value));
    }
    for (const size_t column : columns) {
      line.push_back(style.entry(entry_text(table, row, column)));
    }
  }
  return lines;
}

std::vector<size_t> all_columns(const Table& table) {
  std::vector<size_t> columns(table.columns.size());
  std::iota(columns.begin(), columns.end(), size_t{0});
  return columns;
}

std::vector<std::vector<size_t>> columns_by_metric(const Table& table) {
  std::vector<std::vector<size_t>> groups;
  for (const size_t column : all_columns(table)) {
    if (column == 0 || table.columns[column].metric != table.columns[column - 1].metric) {
      groups.emplace_back();
    }
    groups.back().push_back(column);
  }
  return groups;
}

std::string best_note(const Table& table, const std::string& word) {
  return any_entry(table, [](const TableEntry& entry) { return entry.is_best; })
             ? word + " best at its cache size: better than every other policy and control"
             : "";
}

}  // namespace multistate::aggregate
