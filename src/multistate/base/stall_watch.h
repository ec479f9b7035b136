#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "multistate/base/work_record.h"

namespace multistate {

/// Finds threads that have work and make no progress, from looks at their records. Time between two
/// looks counts a second at most, so that a stop of the machine, or of all its processes, makes no
/// thread look stuck.
class StallWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit StallWatch(std::span<const WorkRecord> records) : records_(records) {}

  /// Those that have shown no progress for `limit`. Threads that wait for others are none of them.
  std::vector<const WorkRecord*> stuck(Clock::time_point now, Clock::duration limit);

 private:
  struct Seen {
    int64_t points = -1;
    Clock::duration still{};
  };

  std::span<const WorkRecord> records_;
  std::vector<Seen> seen_;
  Clock::time_point last_{};
};

}  // namespace multistate
