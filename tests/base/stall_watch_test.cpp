#include "multistate/base/stall_watch.h"

#include <array>

#include "support/catch.h"

namespace multistate::test::stall_watch_test {
namespace {

using namespace std::chrono_literals;
using Clock = StallWatch::Clock;

/// Looks twice a second, as long as `time`; those that were stuck at the end.
std::vector<const WorkRecord*> look(StallWatch& watch, Clock::time_point& now,
                                    Clock::duration time) {
  std::vector<const WorkRecord*> stuck;
  for (const auto end = now + time; now < end;) {
    now += 500ms;
    stuck = watch.stuck(now, 10s);
  }
  return stuck;
}

}  // namespace

TEST_CASE("a thread that has work and makes no progress is stuck after the limit") {
  std::array<WorkRecord, 4> records;
  StallWatch watch(records);
  Clock::time_point now{};
  records[1].busy = true;
  records[2].busy = true;
  records[2].waits = true;
  CHECK(look(watch, now, 10s).empty());
  CHECK(look(watch, now, 1s) == std::vector<const WorkRecord*>{&records[1]});
  records[1].tick();
  CHECK(look(watch, now, 9s).empty());
  // What waits is stuck when it goes on waiting for nobody.
  records[1].busy = false;
  records[2].waits = false;
  CHECK(look(watch, now, 11s) == std::vector<const WorkRecord*>{&records[2]});
}

TEST_CASE("a night between two looks makes no thread look stuck") {
  std::array<WorkRecord, 1> records;
  records[0].busy = true;
  StallWatch watch(records);
  Clock::time_point now{};
  CHECK(look(watch, now, 5s).empty());
  now += 8h;
  CHECK(watch.stuck(now, 10s).empty());
  CHECK(look(watch, now, 5s).size() == 1);
}

}  // namespace multistate::test::stall_watch_test
