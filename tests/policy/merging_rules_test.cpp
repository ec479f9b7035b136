// Policies that merge rows, on small cases worked by hand.

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::merging_rules_test {
namespace {

void check_rows(const std::vector<std::vector<float>>& found,
                const std::vector<std::vector<float>>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t row = 0; row < found.size(); ++row) {
    for (size_t i = 0; i < found[row].size(); ++i) {
      CAPTURE(row, i);
      CHECK(found[row][i] == Approx(expected[row][i]).margin(1e-6));
    }
  }
}

}  // namespace

TEST_CASE("d2o: of rows that go together those at least as similar as the mean are merged") {
  const auto setup = set_up_policy("d2o", 2, "{sinks: 0, recent: 0}");
  // Row 0 is along row 2: cosine 1. Row 1 has 0.8 to row 3 and 0.6 to row 2. Their mean is 0.9.
  HandMadeStep step = {.step = 3,
                       .positions = {0, 1, 2, 3},
                       .keys = {{{1, 0}, {3, 4}, {2, 0}, {0, 1}}},
                       .values = {{{4, 8}, {5, 5}, {0, 2}, {7, 7}}}};
  merge(setup, step, {0, 1});
  check_rows(step.keys[0], {{1, 0}, {3, 4}, {1.5, 0}, {0, 1}});
  check_rows(step.values[0], {{4, 8}, {5, 5}, {2, 5}, {7, 7}});
  CHECK(step.set_memory[0] == Approx(0.9));
}

TEST_CASE(
    "d2o: the threshold is half the old one and half the new mean; the cosine is the weight") {
  const auto setup = set_up_policy("d2o", 2, "{sinks: 0, recent: 0}");
  const auto with_threshold = [&](float threshold) {
    HandMadeStep step = {.step = 3,
                         .positions = {1, 2, 3},
                         .set_memory = {threshold, 1.0F},
                         .keys = {{{3, 4}, {2, 0}, {0, 1}}},
                         .values = {{{5, 10}, {0, 2}, {6, 0}}}};
    merge(setup, step, {0});
    return step;
  };
  // 0.8 against (0.6 + 0.8) / 2.
  const auto low = with_threshold(0.6F);
  CHECK(low.set_memory[0] == Approx(0.7));
  check_rows(low.keys[0], {{3, 4}, {2, 0}, {1.2F, 2.1F}});
  check_rows(low.values[0], {{5, 10}, {0, 2}, {5, 4}});
  // 0.8 against (0.9 + 0.8) / 2.
  const auto high = with_threshold(0.9F);
  CHECK(high.set_memory[0] == Approx(0.85));
  check_rows(high.keys[0], {{3, 4}, {2, 0}, {0, 1}});
}

TEST_CASE("d2o: all rows that go find their nearest before any row changes, and share its mean") {
  const auto setup = set_up_policy("d2o", 1, "{sinks: 0, recent: 0}");
  HandMadeStep step = {.step = 2,
                       .positions = {0, 1, 2},
                       .keys = {{{1, 0}, {2, 0}, {3, 0}}},
                       .values = {{{3, 0}, {0, 6}, {9, 3}}}};
  merge(setup, step, {0, 1});
  check_rows(step.keys[0], {{1, 0}, {2, 0}, {2, 0}});
  check_rows(step.values[0], {{3, 0}, {0, 6}, {4, 3}});
}

TEST_CASE("cam: a row with more attention than those that follow leaves them its value in parts") {
  const auto setup = set_up_policy("cam", 3, "{sinks: 0, into: 2}");
  // Row 1 goes as well, so the next two rows that stay are 2 and 3: mean 0.25 against 0.5.
  HandMadeStep step = {.step = 4,
                       .positions = {0, 1, 2, 3, 4},
                       .memory = {0.5F, 0.0F, 0.3F, 0.2F, 0.1F},
                       .values = {{{8, 2}, {100, 100}, {1, 1}, {2, 2}, {3, 3}}}};
  merge(setup, step, {0, 1});
  // Row 1 has received nothing: its value is lost.
  check_rows(step.values[0], {{8, 2}, {100, 100}, {5, 2}, {6, 3}, {3, 3}});
}

TEST_CASE("cam: how often a value is merged is the share of attention") {
  const auto setup = set_up_policy("cam", 3, "{sinks: 0, into: 2}");
  int merged = 0;
  constexpr int kDraws = 4'000;
  for (int64_t draw = 0; draw < kDraws; ++draw) {
    HandMadeStep step = {.step = 3 + draw,
                         .positions = {0, 1, 2, 3},
                         .memory = {0.3F, 0.5F, 0.5F, 9.0F},
                         .values = {{{2}, {0}, {0}, {0}}}};
    merge(setup, step, {0});
    merged += step.values[0][1][0] > 0.0F ? 1 : 0;
  }
  // 0.6 of 4,000; the standard deviation is 31.
  CHECK(merged > 2'270);
  CHECK(merged < 2'530);
}

TEST_CASE("cam: evicts what its base does") {
  HandMadeStep step = {
      .step = 3, .positions = {0, 1, 2, 3}, .attention = {{0.4F, 0.1F, 0.3F, 0.2F}}};
  CHECK(evicted(set_up_policy("cam", 3, "{sinks: 0}"), step) == std::vector<int64_t>{0});
  CHECK(evicted(set_up_policy("cam", 3, "{sinks: 0, base: tova}"), step) ==
        std::vector<int64_t>{1});
}

}  // namespace multistate::test::merging_rules_test
