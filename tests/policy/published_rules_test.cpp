// The published policies on cases small enough to be worked by hand.

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::published_rules_test {

TEST_CASE(
    "tova evicts the row with the lowest mean weight of the newest query, equation 9 of the "
    "paper") {
  const auto setup = set_up_policy("tova", 3);
  HandMadeStep step = {
      .step = 9,
      .positions = {2, 5, 8, 9},
      .attention = {{0.125F, 0.25F, 0.125F, 0.5F}, {0.5F, 0.0625F, 0.1875F, 0.25F}}};
  // Means: 0.3125, 0.15625, 0.15625, 0.375. The second and the third are equal: the older one goes.
  CHECK(evicted(setup, step) == std::vector<int64_t>{1});
}

TEST_CASE("tova may evict the first row and the newest one") {
  const auto setup = set_up_policy("tova", 2);
  HandMadeStep first = {.step = 2, .positions = {0, 1, 2}, .attention = {{0.1F, 0.5F, 0.4F}}};
  CHECK(evicted(setup, first) == std::vector<int64_t>{0});
  HandMadeStep newest = {.step = 2, .positions = {0, 1, 2}, .attention = {{0.5F, 0.4F, 0.1F}}};
  CHECK(evicted(setup, newest) == std::vector<int64_t>{2});
}

TEST_CASE("nothing goes while there is room") {
  const auto setup = set_up_policy("tova", 3);
  HandMadeStep step = {.step = 2, .positions = {0, 1, 2}, .attention = {{0.2F, 0.5F, 0.3F}}};
  CHECK(evicted(setup, step).empty());
}

TEST_CASE(
    "h2o evicts the row with the least attention accumulated so far, outside the recent half") {
  const auto setup = set_up_policy("h2o", 4);
  CHECK(setup.recent() == 2);
  HandMadeStep step = {
      .step = 7,
      .positions = {0, 3, 5, 6, 7},
      .attention = {{0.10F, 0.30F, 0.20F, 0.10F, 0.30F}, {0.30F, 0.10F, 0.20F, 0.30F, 0.10F}},
      .memory = {1.00F, 0.50F, 0.60F, 0.05F, 0.00F}};
  // Accumulated: 1.20, 0.70, 0.80, then the two recent ones 0.25 and 0.20, which are protected.
  CHECK(evicted(setup, step) == std::vector<int64_t>{1});
  CHECK(step.memory[0] == approx(1.2));
  CHECK(step.memory[1] == approx(0.7));
  CHECK(step.memory[2] == approx(0.8));
  CHECK(step.memory[3] == approx(0.25));
  CHECK(step.memory[4] == approx(0.2));
}

TEST_CASE("h2o accumulates while there is room, too") {
  const auto setup = set_up_policy("h2o", 4);
  HandMadeStep step = {
      .step = 1, .positions = {0, 1}, .attention = {{0.75F, 0.25F}}, .memory = {1.0F, 0.0F}};
  CHECK(evicted(setup, step).empty());
  CHECK(step.memory == std::vector<float>{1.75F, 0.25F});
}

TEST_CASE("h2o with all of the state for recent rows but one is a window behind one heavy hitter") {
  const auto setup = set_up_policy("h2o", 3, "{recent: 2}");
  HandMadeStep step = {.step = 3,
                       .positions = {0, 1, 2, 3},
                       .attention = {{0.1F, 0.2F, 0.3F, 0.4F}},
                       .memory = {1.0F, 0.1F, 0.1F, 0.0F}};
  // 1.1 against 0.3; the other two are recent.
  CHECK(evicted(setup, step) == std::vector<int64_t>{1});
}

TEST_CASE("window evicts the oldest row, window with i sinks row i") {
  HandMadeStep step = {.step = 8, .positions = {0, 1, 6, 7, 8}, .attention = {}};
  CHECK(evicted(set_up_policy("window", 4), step) == std::vector<int64_t>{0});
  CHECK(evicted(set_up_policy("window", 4, "{sinks: 1}"), step) == std::vector<int64_t>{1});
  CHECK(evicted(set_up_policy("window", 4, "{sinks: 2}"), step) == std::vector<int64_t>{2});
}

TEST_CASE("window tells rows apart however far the text has gone") {
  // Positions beyond 2^24 are not exact in single precision; distances from the newest token are.
  const int64_t far = (int64_t{1} << 30) + 1;
  HandMadeStep step = {.step = far + 2, .positions = {far, far + 1, far + 2}, .attention = {}};
  CHECK(evicted(set_up_policy("window", 2, "{every: 1}"), step) == std::vector<int64_t>{0});
}

TEST_CASE("streaming keeps four sinks unless told otherwise") {
  HandMadeStep step = {.step = 9, .positions = {0, 1, 2, 3, 7, 8, 9}, .attention = {}};
  CHECK(evicted(set_up_policy("streaming", 6), step) == std::vector<int64_t>{4});
  CHECK(evicted(set_up_policy("streaming", 6, "{sinks: 2}"), step) == std::vector<int64_t>{2});
}

TEST_CASE("short_context starts anew when k rows are there") {
  const auto setup = set_up_policy("short_context", 3);
  HandMadeStep room = {.step = 4, .positions = {3, 4}, .attention = {}};
  CHECK(evicted(setup, room).empty());
  HandMadeStep full = {.step = 5, .positions = {3, 4, 5}, .attention = {}};
  CHECK(evicted(setup, full) == std::vector<int64_t>{0, 1, 2});
}

TEST_CASE("random evicts every candidate equally often") {
  const auto setup = set_up_policy("random", 4, "{sinks: 1}");
  std::vector<int> counts(5);
  const std::vector<int64_t> positions = {0, 1, 2, 3, 4};
  const std::vector<uint8_t> live(5, 1);
  std::vector<float> scratch(5);
  constexpr int kDraws = 40'000;
  for (int draw = 0; draw < kDraws; ++draw) {
    StepData data;
    data.state_size = 4;
    data.capacity = 4;
    data.live_rows = 5;
    data.positions = positions;
    data.live = live;
    data.first_candidate = 1;
    data.end_candidates = 5;
    const CounterRandom random(1, static_cast<uint64_t>(draw), 0, 0);
    data.random = &random;
    Evictions evictions;
    const StepView step(data, setup.needs);
    const std::span<float> scores = scratch;
    setup.faces.evict({&step, 1}, {&scores, 1}, {&evictions, 1});
    REQUIRE(evictions.rows().size() == 1);
    ++counts[static_cast<size_t>(evictions.rows().front())];
  }
  CHECK(counts[0] == 0);
  for (size_t row = 1; row < 5; ++row) {
    // 10,000 expected; the standard deviation is 87.
    CHECK(counts[row] > 9'600);
    CHECK(counts[row] < 10'400);
  }
}

TEST_CASE("with `every` several rows go at once, the lowest first and the oldest among equals") {
  const auto setup = set_up_policy("tova", 2, "{every: 3}");
  HandMadeStep room = {
      .step = 3, .positions = {0, 1, 2, 3}, .attention = {{0.1F, 0.2F, 0.3F, 0.4F}}};
  CHECK(evicted(setup, room).empty());
  HandMadeStep full = {
      .step = 4, .positions = {0, 1, 2, 3, 4}, .attention = {{0.4F, 0.1F, 0.2F, 0.1F, 0.2F}}};
  CHECK(evicted(setup, full) == std::vector<int64_t>{1, 3, 2});
}

TEST_CASE("slots whose row is gone already are passed over") {
  const auto setup = set_up_policy("tova", 2);
  HandMadeStep step = {.step = 3,
                       .positions = {0, 1, 2, 3},
                       .attention = {{0.3F, 0.0F, 0.2F, 0.5F}},
                       .live = {1, 0, 1, 1}};
  CHECK(evicted(setup, step) == std::vector<int64_t>{2});
}

}  // namespace multistate::test::published_rules_test
