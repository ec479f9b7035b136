#pragma once

#include <vector>

#include "aggregate/tables/baseline.h"
#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// Where values come from.
struct ValueSource {
  const Collection& collection;
  const TableRequest& request;
  const Findings* findings = nullptr;    ///< None: no marks.
  const Baselines* baselines = nullptr;  ///< None: absolute values.
  size_t without_baseline = 0;           ///< Counts values that have nothing to be relative to.
};

/// Fills in an entry what its cells have of the metric. Of several cells it is the mean, with the
/// standard error over them (mean_of() of results/statistics.h). The standard error of a difference
/// is the paired one, where it is known; ratios have none.
void fill_value(const std::string& metric, ValueSource& source, TableEntry& entry);

/// Sets is_best, is_tied, is_ranked and is_significant, as the findings say. Says what the marks
/// mean, and what may be said of each state size, in the notes.
void set_marks(const ValueSource& source, Table& table);

}  // namespace multistate::aggregate
