#include "multistate/sweep/progress.h"

#include "support/catch.h"

namespace multistate::test::progress_test {
namespace {

ProgressState just_started() {
  ProgressState state;
  state.cells = 25;
  state.done = 11;
  state.failed = 1;
  return state;
}

}  // namespace

TEST_CASE("a duration is written with its two largest units") {
  CHECK(short_duration(0.4) == "0s");
  CHECK(short_duration(59.4) == "59s");
  CHECK(short_duration(59.5) == "1m00s");
  CHECK(short_duration(130.0) == "2m10s");
  CHECK(short_duration(3599.6) == "1h00m");
  CHECK(short_duration(7384.0) == "2h03m");
}

TEST_CASE("the time left comes from tokens, not from cells") {
  const ProgressState state = {.cells = 4,
                               .done = 3,
                               .failed = 0,
                               .tokens = 1000,
                               .tokens_done = 250,
                               .seconds = 10.0,
                               .current = "tova-256"};
  // 25 tokens a second, 750 left: 30 s, though three of four cells are done. 5 of 20 marks.
  CHECK(progress_line(state, 200) ==
        "3/4 cells  tova-256  [#####---------------]  25 tok/s  eta 30s");
}

TEST_CASE("failed cells are counted and named, and nothing is made up before the first sample") {
  CHECK(progress_line(just_started(), 200) == "12/25 cells  1 failed");
}

TEST_CASE("a progress line keeps to the width of the terminal") {
  CHECK(progress_line(just_started(), 8) == "12/25 ce");
  CHECK(progress_line(just_started(), 0) == "1");
}

}  // namespace multistate::test::progress_test
