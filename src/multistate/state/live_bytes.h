#pragma once

#include <cstdint>
#include <vector>

#include "multistate/state/row_set.h"

namespace multistate {

/// Counts the bytes of a set whose rows go one by one, before they are erased: what RowSet::bytes()
/// would say if they were. A row takes constant time and no memory.
class LiveBytes {
 public:
  /// The last `to_come` rows of `rows` are not there yet.
  void begin(const RowSet& rows, int64_t to_come);

  /// The next of these comes.
  void add() { bytes_ += costs_.row; }

  /// Row `row` goes.
  void remove(int64_t row) {
    const auto at = static_cast<size_t>(row);
    if (at >= group_of_row_.size()) {
      bytes_ -= costs_.row;
      return;
    }
    bytes_ -= costs_.quantized_row;
    if (--left_[group_of_row_[at]] == 0) {
      bytes_ -= costs_.group;
    }
  }

  int64_t bytes() const { return bytes_; }

 private:
  RowCosts costs_;
  int64_t bytes_ = 0;
  std::vector<int64_t> left_;         ///< Rows, by group.
  std::vector<size_t> group_of_row_;  ///< Of the quantised rows.
};

}  // namespace multistate
