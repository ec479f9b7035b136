#pragma once

#include <algorithm>
#include <cstdint>

namespace multistate {

/// Counts the rows that queries attend to.
struct ReadCounts {
  int64_t queries = 0;  ///< Of every head, one a step.
  int64_t total = 0;    ///< Rows that they read, summed.
  int64_t peak = 0;     ///< The most that one of them read.

  /// `heads` queries of a step read `rows` rows each.
  void add(int64_t rows, int64_t heads) {
    queries += heads;
    total += rows * heads;
    peak = std::max(peak, rows);
  }

  void add(const ReadCounts& other) {
    queries += other.queries;
    total += other.total;
    peak = std::max(peak, other.peak);
  }

  /// NaN before the first token.
  double mean() const { return static_cast<double>(total) / static_cast<double>(queries); }
};

}  // namespace multistate
