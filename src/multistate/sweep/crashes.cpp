#include "multistate/sweep/crashes.h"

namespace multistate {
namespace {

constexpr int64_t kMostKilled = 3;

}  // namespace

bool Crashes::learn(const ProcessDeath& death) {
  if (death.work.empty()) {
    return death.was_killed && ++killed_without_work_ < kMostKilled;
  }
  if (death.work.size() > 1 && one_at_a_time_) {
    return false;
  }
  killed_without_work_ = 0;
  if (death.work.size() > 1) {
    // A process that was killed once may have been killed for no reason of its own.
    one_at_a_time_ = !death.was_killed || killed_before_;
    killed_before_ = killed_before_ || death.was_killed;
    return true;
  }
  const DeadWork& work = death.work.front();
  const Place place = {work.what, work.sample};
  if (death.was_killed && killed_in_ != place) {
    killed_in_ = place;
    return true;
  }
  cells_.push_back({work.what, work.sample, to_text(death)});
  one_at_a_time_ = false;
  return true;
}

}  // namespace multistate
