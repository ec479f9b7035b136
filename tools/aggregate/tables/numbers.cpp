#include "aggregate/tables/numbers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

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
      if (entry.standard_error && *entry.standard_error > 0.0 &&
          std::isfinite(*entry.standard_error)) {
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
    return std::isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf";
  }
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') {
    text.erase(0, 1);  // "-0.00"
  }
  return is_difference && value > 0.0 ? "+" + text : text;
}

}  // namespace multistate::aggregate
