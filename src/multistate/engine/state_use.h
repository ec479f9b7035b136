#pragma once

#include <cstdint>

#include "multistate/engine/read_counts.h"

namespace multistate {

/// Use of the state during one sample, over all layers and row sets. Bytes are what has to be held
/// between two steps: rows (keys, values, positions; of quantised rows codes and ranges), the
/// policy's memory of the rows, and statistics of the queries. Buffers of a single call and what is
/// known of the future are not among them.
struct StateUse {
  int64_t peak_rows = 0;              ///< Most rows that one set held after a step.
  int64_t peak_bytes = 0;             ///< All sets of all layers, each at its most after a step.
  int64_t peak_memory_bytes = 0;      ///< Of these the policy's memory of the rows,
  int64_t peak_statistics_bytes = 0;  ///< and statistics of the queries; rows are the rest.
  int64_t end_bytes = 0;              ///< Bytes after the last token.
  int64_t evictions = 0;
  int64_t rows_created = 0;
  int64_t total_lifetime = 0;  ///< See RowTrace::total_lifetime.
  int64_t full_lifetime = 0;   ///< The same of a state that keeps every row.
  ReadCounts reads = {};       ///< Rows that queries attended to.

  /// Takes in another sample's: sums of counts, and the larger of two peaks with its parts.
  void add(const StateUse& other);

  /// Rows that were held while queries attended, summed over steps, relative to those of the full
  /// cache: 1 for the full cache and for a policy that selects what is read of it. NaN before the
  /// first token.
  double footprint() const;
};

}  // namespace multistate
