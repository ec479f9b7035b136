#pragma once

#include <cstdint>
#include <vector>

#include "multistate/engine/layer_state.h"

namespace multistate {

/// Kept rows of some steps, and how many of them were recent.
struct RecentRows {
  int64_t kept = 0;
  int64_t recent = 0;
};

/// Over the steps t >= k at which the set's state of k rows is full, rows that are kept after step
/// t (what it evicts is gone): all of them, and those within the last k positions, t - k < position
/// <= t.
RecentRows recent_rows(const RowTrace& trace, int64_t k);

/// What RowTrace::total_lifetime is in every set of a layer, on average over the sets that share a
/// budget, when rows go only where there are too many, and down to k then: with `every: 1` and no
/// one-shot prompt, sum_t min(t + 1, k + 1) over the sample's tokens. It is the most that any
/// policy can have.
int64_t lawful_lifetime(const LayerState& layer, const LayerState::Set& set);

/// Which rows the queries of a layer saw, at a coarse resolution.
class RowPicture {
 public:
  /// At most `cells` columns (positions) and rows (steps) for a sample of `tokens`, each of the
  /// same number of tokens, the last ones with what is left.
  RowPicture(int64_t tokens, int64_t cells);

  /// Counts the rows of one set of the layer, which has seen the whole sample.
  void add(const RowTrace& trace);

  int64_t stride() const { return stride_; }
  int64_t cells() const { return cells_; }

  /// [cells][cells], steps by positions: of the pairs (step, position <= step) of a cell the share
  /// in which the query of the step saw the row; NaN where there is no such pair.
  std::vector<std::vector<double>> shares() const;

 private:
  int64_t pairs(int64_t step_cell, int64_t position_cell) const;

  int64_t tokens_;
  int64_t stride_;
  int64_t cells_;
  int64_t sets_ = 0;
  std::vector<int64_t> seen_;  ///< [cells, cells]
};

}  // namespace multistate
