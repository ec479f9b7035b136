#pragma once

#include <vector>

#include "aggregate/tables/baseline.h"
#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// Where values come from.
struct ValueSource {
  const Collection& collection;
  const TableRequest& request;
  const SignificanceLookup& significance;
  const Baselines* baselines = nullptr;  ///< None: absolute values.
  size_t without_baseline = 0;           ///< Counts values that have nothing to be relative to.
};

/// Fills in an entry what its cells have of the metric. Of several cells it is the mean, with the
/// standard error over them (mean_of() of results/statistics.h). The standard error of a difference
/// is the paired one, where it is known; ratios have none.
void fill_value(const std::string& metric, ValueSource& source, TableEntry& entry);

/// Sets is_best and is_significant. Rows are compared within their block, column by column; a
/// limited cell only competes with other limited ones. Says what the marks mean in the notes.
void set_marks(const ValueSource& source, Table& table);

}  // namespace multistate::aggregate
