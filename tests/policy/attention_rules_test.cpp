// Policies that read attention, on small cases worked by hand from the publications' equations.

#include <cmath>

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::attention_rules_test {

TEST_CASE("a2sf: decay * old score + attention") {
  const auto step = [] {
    return HandMadeStep{.step = 2,
                        .positions = {0, 1, 2},
                        .attention = {{0.125F, 0.25F, 0.625F}},
                        .memory = {2.0F, 0.25F, 0.5F}};
  };
  const auto at_decay = [](const char* decay) {
    return set_up_policy("a2sf", 2, std::string("{recent: 0, decay: ") + decay + "}");
  };
  // 0.5 * (2, 0.25, 0.5) + attention = 1.125, 0.375, 0.875
  auto half = step();
  CHECK(evicted(at_decay("0.5"), half) == std::vector<int64_t>{1});
  CHECK(half.memory == std::vector<float>{1.125F, 0.375F, 0.875F});
  // Attention alone.
  auto none = step();
  CHECK(evicted(at_decay("0"), none) == std::vector<int64_t>{0});
  // The sum: 2.125, 0.5, 1.125
  auto all = step();
  CHECK(evicted(at_decay("1"), all) == std::vector<int64_t>{1});
}

TEST_CASE("roco: the least mean goes, but not where attention varies most") {
  const auto step = [] {
    // Before this step: row 0 got 0.3, 0, 0; row 1 0.25, 0.25; row 2 0.3.
    return HandMadeStep{.step = 3,
                        .positions = {0, 1, 2, 3},
                        .attention = {{0.1F, 0.2F, 0.3F, 0.4F}},
                        .memory = {0.3F, 0.5F, 0.3F, 0.0F, 0.09F, 0.125F, 0.09F, 0.0F}};
  };
  const auto keeping = [](const char* unsteady) {
    return set_up_policy("roco", 3,
                         std::string("{sinks: 0, recent: 0, unsteady: ") + unsteady + "}");
  };
  // Means 0.4/4 = 0.1, 0.7/3 = 0.23, 0.6/2 = 0.3, 0.4; standard deviations 0.12, 0.02, 0, 0.
  // Of four rows the k steadiest are candidates: rows 1 to 3.
  auto plain = step();
  CHECK(evicted(keeping("0"), plain) == std::vector<int64_t>{1});
  // k - 1: rows 2 and 3.
  auto one = step();
  CHECK(evicted(keeping("1"), one) == std::vector<int64_t>{2});
  // A protected row is the one that is kept: the candidates are rows 2 and 1.
  auto recent = step();
  CHECK(evicted(set_up_policy("roco", 3, "{sinks: 0, recent: 1, unsteady: 1}"), recent) ==
        std::vector<int64_t>{1});
}

TEST_CASE("roco: of 65 rows 45 are candidates at k = 64, as in the authors' code") {
  // Deviations rise with the row. 0.3 of 64 is 19, so 64 - 19 rows may go: the steadiest of rows 4
  // to 54, which the options leave, are rows 4 to 48.
  HandMadeStep step = {.step = 64, .positions = {}, .attention = {{}}};
  std::vector<float> squares;
  for (int64_t row = 0; row < 65; ++row) {
    const auto age = static_cast<float>(65 - row);
    const float mean = row > 48 ? 0.1F : row == 48 ? 0.5F : 1.0F;
    const float deviation = 0.01F * static_cast<float>(row);
    step.positions.push_back(row);
    step.attention[0].push_back(0.0F);
    step.memory.push_back(mean * age);
    squares.push_back((mean * mean + deviation * deviation) * age);
  }
  step.memory.insert(step.memory.end(), squares.begin(), squares.end());
  CHECK(evicted(set_up_policy("roco", 64), step) == std::vector<int64_t>{48});
}

TEST_CASE("scissorhands: counts how often a row was below the uniform share") {
  const auto setup = set_up_policy("scissorhands", 2, "{recent: 0, window: 4}");
  // Bit s % 4 is that of step s. Row 0 was low at steps 0 to 2, and at step -1, which is forgotten
  // now; row 1 at steps 0 and 1; row 2 is new. At 1/3 each, rows 1 and 2 are low now.
  HandMadeStep step = {.step = 3,
                       .positions = {0, 1, 3},
                       .attention = {{0.6F, 0.1F, 0.3F}},
                       .memory = {15.0F, 3.0F, 0.0F}};
  // 3, 3 and 1 times: the oldest of the two.
  CHECK(evicted(setup, step) == std::vector<int64_t>{0});
  CHECK(step.memory == std::vector<float>{7.0F, 11.0F, 8.0F});
}

TEST_CASE("morphkv: every query of the window has the same say about old rows") {
  // Field s % 2 is that of step s: what query 2 gave, and room for query 3.
  const auto step = [] {
    return HandMadeStep{.step = 3,
                        .positions = {0, 1, 2, 3},
                        .attention = {{0.2F, 0.05F, 0.05F, 0.7F}},
                        .memory = {0.1F, 0.3F, 0.6F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F}};
  };
  // Shares among rows 0 to 2: query 2: 0.1, 0.3, 0.6; query 3: 2/3, 1/6, 1/6. Sums 0.77, 0.47,
  // 0.77.
  auto sum = step();
  CHECK(evicted(set_up_policy("morphkv", 3, "{window: 2, recent: 1}"), sum) ==
        std::vector<int64_t>{1});
  // Largest: 2/3, 0.3, 0.6.
  auto largest = step();
  CHECK(evicted(set_up_policy("morphkv", 3, "{window: 2, recent: 1, fusion: maximum}"), largest) ==
        std::vector<int64_t>{1});
}

TEST_CASE("snapkv: attention of the window, smoothed over neighbours") {
  const auto step = [] {
    return HandMadeStep{
        .step = 4, .positions = {0, 1, 2, 3, 4}, .attention = {{0.3F, 0.0F, 0.1F, 0.1F, 0.5F}}};
  };
  // Of three neighbours each, nothing beyond the ends or in the window: 0.3, 0.4, 0.2, 0.2, over 3.
  auto average = step();
  CHECK(evicted(set_up_policy("snapkv", 4, "{window: 1, kernel: 3, recent: 1}"), average) ==
        std::vector<int64_t>{2});
  // Largest of three: 0.3, 0.3, 0.1, 0.1.
  auto maximum = step();
  CHECK(evicted(set_up_policy("snapkv", 4, "{window: 1, kernel: 3, recent: 1, pooling: maximum}"),
                maximum) == std::vector<int64_t>{2});
  auto plain = step();
  CHECK(evicted(set_up_policy("snapkv", 4, "{window: 1, kernel: 1, recent: 1}"), plain) ==
        std::vector<int64_t>{1});
}

TEST_CASE("snapkv: a dead slot is nobody's neighbour") {
  HandMadeStep step = {.step = 4,
                       .positions = {0, 1, 2, 3, 4},
                       .attention = {{0.3F, 0.0F, 0.05F, 0.15F, 0.5F}},
                       .live = {1, 0, 1, 1, 1}};
  // Live neighbours: rows 0 and 2: 0.35; 0, 2 and 3: 0.5; 2 and 3: 0.2.
  CHECK(evicted(set_up_policy("snapkv", 3, "{window: 1, kernel: 3, recent: 1}"), step) ==
        std::vector<int64_t>{3});
}

TEST_CASE("keyformer: the softmax of noisy logits at a temperature, summed over steps") {
  const auto setup = set_up_policy("keyformer", 2, "{recent: 0, rise: 0.1}");
  HandMadeStep step = {.step = 5,
                       .positions = {0, 4, 5},
                       .attention = {{0.5F, 0.2F, 0.3F}},
                       .memory = {0.25F, 0.5F, 0.0F}};
  ShownStep shown(setup, step);
  shown.score();
  // The fixture's random numbers of step and position; temperature 1 + 5 * 0.1.
  const CounterRandom random(11, 0, 0, 0);
  std::vector<double> exponentials;
  double total = 0.0;
  const std::vector<double> weights = {0.5, 0.2, 0.3};
  for (size_t row = 0; row < 3; ++row) {
    const double gumbel = -std::log(-std::log(random.uniform(5, step.positions[row], 0)));
    exponentials.push_back(std::exp((std::log(weights[row]) + gumbel) / 1.5));
    total += exponentials.back();
  }
  const std::vector<double> before = {0.25, 0.5, 0.0};
  for (size_t row = 0; row < 3; ++row) {
    CHECK(static_cast<double>(step.memory[row]) ==
          approx(before[row] + exponentials[row] / total).margin(1e-6));
  }
}

TEST_CASE("oracle: gamma belongs to the sum, not to the plan") {
  CHECK(set_up_policy("oracle", 4, "{gamma: 0.5}").needs.future->gamma == 0.5);
  CHECK(set_up_policy("oracle", 4, "{exact: true}").needs.future->exact);
  CHECK_THROWS_WITH(set_up_policy("oracle", 4, "{exact: true, gamma: 0.5}"),
                    ContainsSubstring("unknown key 'policy.gamma'"));
  CHECK_THROWS_WITH(set_up_policy("oracle", 4, "{gamma: 0}"), ContainsSubstring("policy.gamma"));
  CHECK_THROWS_WITH(set_up_policy("adakv", 4, "{base: oracle, exact: true, recent: 1}"),
                    ContainsSubstring("an exact plan is for sets of a fixed size"));
}

TEST_CASE("oracle: the row that gets least from now on goes") {
  HandMadeStep step = {.step = 2, .positions = {0, 1, 2}, .attention = {}, .future = {3, 1, 2}};
  CHECK(evicted(set_up_policy("oracle", 2), step) == std::vector<int64_t>{1});
}

}  // namespace multistate::test::attention_rules_test
