#include "multistate/engine/state_use.h"

#include <algorithm>

namespace multistate {

void StateUse::add(const StateUse& other) {
  peak_rows = std::max(peak_rows, other.peak_rows);
  if (other.peak_bytes > peak_bytes) {
    peak_bytes = other.peak_bytes;
    peak_memory_bytes = other.peak_memory_bytes;
    peak_statistics_bytes = other.peak_statistics_bytes;
  }
  end_bytes = std::max(end_bytes, other.end_bytes);
  evictions += other.evictions;
  rows_created += other.rows_created;
  total_lifetime += other.total_lifetime;
  full_lifetime += other.full_lifetime;
  reads.add(other.reads);
}

double StateUse::footprint() const {
  return static_cast<double>(total_lifetime) / static_cast<double>(full_lifetime);
}

}  // namespace multistate
