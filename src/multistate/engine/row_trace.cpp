#include "multistate/engine/row_trace.h"

#include <cstddef>

namespace multistate {

void RowTrace::record_eviction(int64_t position, int64_t step) {
  evicted_at_[static_cast<size_t>(position)] = step;
  ++evictions_;
}

std::vector<int64_t> RowTrace::kept_after(int64_t step) const {
  std::vector<int64_t> kept;
  for (int64_t position = 0; position <= step && position < tokens(); ++position) {
    const int64_t end = evicted_at_[static_cast<size_t>(position)];
    if (end == kAlive || end > step) {
      kept.push_back(position);
    }
  }
  return kept;
}

int64_t RowTrace::lifetime(int64_t position) const {
  const int64_t end = evicted_at_[static_cast<size_t>(position)];
  return (end == kAlive ? tokens() - 1 : end) - position + 1;
}

int64_t RowTrace::total_lifetime() const {
  int64_t total = 0;
  for (int64_t position = 0; position < tokens(); ++position) {
    total += lifetime(position);
  }
  return total;
}

}  // namespace multistate
