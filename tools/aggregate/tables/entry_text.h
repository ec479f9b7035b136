#pragma once

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
};

EntryText entry_text(const Table& table, size_t row, size_t column);

/// "64"; "perplexity 64" where a table has several metrics; "perplexity" where it has no columns.
std::string column_text(const Table& table, size_t column);

/// What the mark of the best means.
inline constexpr const char* kBestText =
    "best at its cache size: better than every other policy and control";

/// Whether any entry is marked as the best of its state size.
bool has_best(const Table& table);

}  // namespace multistate::aggregate
