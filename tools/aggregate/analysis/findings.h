#pragma once

#include <string>
#include <vector>

#include "aggregate/analysis/comparer.h"

namespace multistate::aggregate {

/// The policies of one state size.
struct SizeCells {
  StateSize size;
  const std::map<std::string, Seeds>& labels;
};

/// Decides what may be said of a metric at a state size (judge() of results/verdict.h), among those
/// that choose_field() of results/candidates.h ranks, and adds the comparisons with the leader to
/// `comparisons`.
Finding find_best(const SizeCells& cells, size_t metric, Workspace& work, Comparer& comparer,
                  std::vector<Comparison>& comparisons);

}  // namespace multistate::aggregate
