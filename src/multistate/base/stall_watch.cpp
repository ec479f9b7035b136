#include "multistate/base/stall_watch.h"

#include <algorithm>

namespace multistate {

std::vector<const WorkRecord*> StallWatch::stuck(Clock::time_point now, Clock::duration limit) {
  constexpr std::chrono::seconds kMostBetweenLooks(1);
  const Clock::duration passed =
      seen_.empty() ? Clock::duration() : std::min<Clock::duration>(now - last_, kMostBetweenLooks);
  last_ = now;
  seen_.resize(records_.size());
  std::vector<const WorkRecord*> found;
  for (size_t i = 0; i < records_.size(); ++i) {
    const WorkRecord& record = records_[i];
    Seen& seen = seen_[i];
    const int64_t points = record.points;
    if (!record.busy || record.waits || points != seen.points) {
      seen = {points, {}};
      continue;
    }
    seen.still += passed;
    if (seen.still >= limit) {
      found.push_back(&record);
    }
  }
  return found;
}

}  // namespace multistate
