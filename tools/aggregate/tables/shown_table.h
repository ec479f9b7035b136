#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// Sets the decimals of every column, the same for all columns of a metric: as many as give the
/// smallest standard error two digits (at most 4 where errors are not given: values get four
/// significant digits by their median); 0 to 6.
void set_decimals(Table& table);

/// A value with these decimals; "+" in front of a difference above 0; "nan", "inf", "-inf".
std::string number_text(double value, int decimals, bool is_difference);

/// What stands in a place of a table, in pieces that each format joins and marks its own way.
struct EntryText {
  std::string value;  ///< A number; or "failed", "partial", "missing"; "-" for a done cell that has
                      ///< none; empty where no cell belongs.
  std::string error = {};               ///< The standard error; may be empty.
  std::vector<std::string> marks = {};  ///< Of "*", "=", a double dagger and a dagger.
  bool is_number = false;
  bool is_best = false;
};

/// How a format writes what all of them show.
struct Style {
  std::function<std::string(const std::string&)> text;  ///< Escapes what results hold.
  std::function<std::string(const EntryText&)> entry;
  bool metrics_above = false;  ///< A line of its own has the metrics, so that columns need not.
};

/// The heads of rows and of these columns ("64"; "perplexity 64" where a table has several metrics;
/// "perplexity" where it has no columns), then the rows.
std::vector<std::vector<std::string>> lines_of(const Table& table,
                                               const std::vector<size_t>& columns,
                                               const Style& style);

std::vector<size_t> all_columns(const Table& table);

/// The columns of each metric, which stand beside each other.
std::vector<std::vector<size_t>> columns_by_metric(const Table& table);

/// "<word> best at its cache size ..." where an entry is marked as such; else empty.
std::string best_note(const Table& table, const std::string& word);

}  // namespace multistate::aggregate
