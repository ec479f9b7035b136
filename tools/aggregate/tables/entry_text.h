#pragma once

#include <string>

#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// What stands in a place of a table, in pieces that each format joins and marks its own way.
struct EntryText {
  std::string value;  ///< A number; or "failed", "partial", "missing"; "-" for a done cell that has
                      ///< none; empty where no cell belongs.
  std::string error;  ///< The standard error; may be empty.
};

EntryText entry_text(const Table& table, size_t row, size_t column);

/// "64"; "perplexity 64" where a table has several metrics; "perplexity" where it has no columns.
std::string column_text(const Table& table, size_t column);

/// What the mark of the best means.
inline constexpr const char* kBestText =
    "the best of its state size: better than every other policy and control there";

/// Whether any entry is marked as the best of its state size.
bool has_best(const Table& table);

/// The number of different metrics.
size_t metrics_in(const Table& table);

}  // namespace multistate::aggregate
