// Policies that read keys or values, on small cases worked by hand from the publications'
// equations.

#include <cmath>

#include "multistate/base/random.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::key_value_rules_test {
namespace {

using Vectors = std::vector<std::vector<std::vector<float>>>;

double norm(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double element : x) {
    sum += element * element;
  }
  return std::sqrt(sum);
}

/// sum_i a_i v_i over all rows but `without`, the weights of the others scaled to sum to 1.
std::vector<double> output(const std::vector<float>& weights,
                           const std::vector<std::vector<float>>& values, int64_t without) {
  double total = 0.0;
  std::vector<double> sum(values.front().size(), 0.0);
  for (size_t row = 0; row < weights.size(); ++row) {
    if (static_cast<int64_t>(row) == without) {
      continue;
    }
    total += static_cast<double>(weights[row]);
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i] += static_cast<double>(weights[row]) * static_cast<double>(values[row][i]);
    }
  }
  for (double& element : sum) {
    element /= total;
  }
  return sum;
}

}  // namespace

TEST_CASE("knorm: the longest key goes; its length is taken when it comes") {
  HandMadeStep step = {.step = 2,
                       .positions = {0, 1, 2},
                       .attention = {},
                       .memory = {5.0F, 1.0F, 0.0F},
                       .keys = {{{3, 4}, {1, 0}, {0, 2}}}};
  CHECK(evicted(set_up_policy("knorm", 2), step) == std::vector<int64_t>{0});
  CHECK(step.memory == std::vector<float>{5.0F, 1.0F, 2.0F});
}

TEST_CASE("keydiff: the key closest to the mean direction goes, however long") {
  // Directions (0.71, 0.71), (1, 0), (0, -1); their sum (1.71, -0.29), of length 1.73. Cosines
  // (1.21 - 0.21) / 1.73 = 0.58, 0.99 and 0.17.
  HandMadeStep step = {
      .step = 2, .positions = {0, 1, 2}, .attention = {}, .keys = {{{1, 1}, {3, 0}, {0, -1}}}};
  const auto setup = set_up_policy("keydiff", 2);
  CHECK(evicted(setup, step) == std::vector<int64_t>{1});
  ShownStep shown(setup, step);
  const auto scores = shown.score();
  CHECK(static_cast<double>(scores[0]) == approx(-0.57735).margin(1e-5));
  CHECK(static_cast<double>(scores[1]) == approx(-0.98560).margin(1e-5));
  CHECK(static_cast<double>(scores[2]) == approx(-0.16910).margin(1e-5));
}

TEST_CASE("knorm: keys whose lengths differ by rounding tie, and the oldest goes") {
  const auto evicted_of = [](float first, float second) {
    HandMadeStep step = {.step = 3,
                         .positions = {0, 1, 2, 3},
                         .attention = {},
                         .memory = {1.0F, first, second, 0.0F},
                         .keys = {{{0, 0}, {0, 0}, {0, 0}, {0, 2}}}};
    return evicted(set_up_policy("knorm", 3), step);
  };
  CHECK(evicted_of(5.0F, 5.00005F) == std::vector<int64_t>{1});
  CHECK(evicted_of(5.00005F, 5.0F) == std::vector<int64_t>{1});
  CHECK(evicted_of(5.0F, 5.0005F) == std::vector<int64_t>{2});
}

TEST_CASE("several rows go one by one: each time the oldest that ties with the longest left") {
  // 5.00005 ties with 5; 3 with 3.00001. In order: 5 (row 1), 5.00005 (row 4), 3 (row 0).
  HandMadeStep step = {.step = 5,
                       .positions = {0, 1, 2, 3, 4, 5},
                       .attention = {},
                       .memory = {3.0F, 5.0F, 1.0F, 3.00001F, 5.00005F, 0.0F},
                       .keys = {{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 2}}}};
  CHECK(evicted(set_up_policy("knorm", 3, "{every: 3}"), step) == std::vector<int64_t>{1, 4, 0});
}

TEST_CASE("keydiff: keys of one direction tie, whatever rounding says of their cosines") {
  // Rows 1 and 2 are parallel up to 3e-6, which moves the cosine to their sum by 4e-7.
  for (const float turn : {1e-5F, -1e-5F}) {
    HandMadeStep step = {.step = 3,
                         .positions = {0, 1, 2, 3},
                         .attention = {},
                         .keys = {{{1, -0.5F}, {1, 0.25F}, {3, 0.75F + turn}, {0, 1}}}};
    CHECK(evicted(set_up_policy("keydiff", 3), step) == std::vector<int64_t>{1});
  }
}

TEST_CASE("lagkv: ranks a chunk against the one that follows, once that is complete") {
  // The second chunk ranges from (0, 0) to (2, 4). Scaled by it row 0 is (0.5, 0.5), deviation 0,
  // and row 1 is (1, 0), deviation 0.71.
  Vectors vectors = {{{1, 2}, {2, 0}, {0, 0}, {2, 4}}};
  HandMadeStep step = {
      .step = 3, .positions = {0, 1, 2, 3}, .attention = {}, .keys = vectors, .values = vectors};
  const auto setup = set_up_policy("lagkv", 4, "{lag: 2, sinks: 0}");
  CHECK(evicted(setup, step).empty());
  CHECK(step.memory == std::vector<float>{2.0F, 1.0F, 0.0F, 0.0F});
  // The next row leaves ranks as they are, and the last rank goes.
  step = {.step = 4,
          .positions = {0, 1, 2, 3, 4},
          .attention = {},
          .memory = {2.0F, 1.0F, 0.0F, 0.0F, 0.0F},
          .keys = {{{1, 2}, {2, 0}, {0, 0}, {2, 4}, {9, 9}}}};
  step.values = step.keys;
  CHECK(evicted(setup, step) == std::vector<int64_t>{0});
}

TEST_CASE("lagkv: what goes is the last rank, not the oldest chunk") {
  // The third chunk ranges from (0, 0) to (2, 2): row 2 is (0, 1) of it, deviation 0.71, row 3 is
  // (1, 1). The row of the first chunk is the best of it.
  HandMadeStep step = {.step = 5,
                       .positions = {1, 2, 3, 4, 5},
                       .attention = {},
                       .memory = {1.0F, 0.0F, 0.0F, 0.0F, 0.0F},
                       .keys = {{{2, 0}, {0, 2}, {2, 2}, {0, 0}, {2, 2}}}};
  step.values = step.keys;
  const auto setup = set_up_policy("lagkv", 4, "{lag: 2, sinks: 0}");
  CHECK(evicted(setup, step) == std::vector<int64_t>{2});
  CHECK(step.memory == std::vector<float>{1.0F, 1.0F, 2.0F, 0.0F, 0.0F});
}

TEST_CASE("lagkv: refuses a cache that does not hold two chunks") {
  CHECK_THROWS_WITH(set_up_policy("lagkv", 64, "{lag: 128}"),
                    ContainsSubstring("policy lagkv: lag is 128; it must be 2 or more, and sinks "
                                      "(4) + 2 lag at most k (64)"));
  CHECK_THROWS_WITH(set_up_policy("lagkv", 64, "{lag: 1}"), ContainsSubstring("lag is 1"));
  CHECK_NOTHROW(set_up_policy("lagkv", 260, "{lag: 128}"));
  CHECK_THROWS_WITH(set_up_policy("kivi", 64, "{base: lagkv, lag: 128}"),
                    ContainsSubstring("policy kivi: lag is 128"));
}

TEST_CASE("caote: the score is the change of attention's output") {
  const auto setup = set_up_policy("caote", 5);
  Random random({3});
  for (int round = 0; round < 200; ++round) {
    HandMadeStep step = {.step = 5, .positions = {0, 1, 2, 3, 4, 5}, .attention = {{}}};
    step.values = {{}};
    float total = 0.0F;
    for (int row = 0; row < 6; ++row) {
      step.attention[0].push_back(static_cast<float>(random.uniform()) + 0.01F);
      total += step.attention[0].back();
      step.values[0].emplace_back();
      for (int i = 0; i < 4; ++i) {
        step.values[0].back().push_back(static_cast<float>(random.uniform()) - 0.5F);
      }
    }
    for (float& weight : step.attention[0]) {
      weight /= total;
    }
    ShownStep shown(setup, step);
    const auto scores = shown.score();
    const auto with_all = output(step.attention[0], step.values[0], -1);
    for (int64_t row = 0; row < 6; ++row) {
      auto change = output(step.attention[0], step.values[0], row);
      for (size_t i = 0; i < change.size(); ++i) {
        change[i] -= with_all[i];
      }
      CHECK(static_cast<double>(scores[static_cast<size_t>(row)]) ==
            approx(norm(change)).margin(1e-5));
    }
  }
}

TEST_CASE("caote: a base with scores below 0 is refused") {
  const auto setup = set_up_policy("caote", 2, "{base: window}");
  HandMadeStep step = {
      .step = 2, .positions = {0, 1, 2}, .attention = {}, .values = {{{1}, {2}, {3}}}};
  CHECK_THROWS_WITH(evicted(setup, step),
                    ContainsSubstring("the base's score of the row at position 0 is -2"));
}

TEST_CASE("adakv: the lowest scores of all heads go, but no head falls below what is safe") {
  HandMadeStep first = {.step = 2, .positions = {0, 1, 2}, .attention = {{0.1F, 0.2F, 0.7F}}};
  HandMadeStep second = {.step = 2, .positions = {0, 1, 2}, .attention = {{0.3F, 0.36F, 0.34F}}};
  const auto evicted_by = [&](const char* safeguard) {
    const auto setup = set_up_policy(
        "adakv", 2, std::string("{base: tova, recent: 0, safeguard: ") + safeguard + "}");
    ShownStep a(setup, first);
    ShownStep b(setup, second);
    const std::vector<StepView> views = {a.view(), b.view()};
    const std::vector<std::span<float>> scores = {a.scores(), b.scores()};
    std::vector<Evictions> evictions(2);
    setup.faces.pooled->evict_pooled(views, scores, evictions);
    std::vector<std::vector<int64_t>> rows;
    for (Evictions& set : evictions) {
      rows.emplace_back(set.rows().begin(), set.rows().end());
    }
    return rows;
  };
  // Two of six rows have to go: 0.1 and 0.2.
  CHECK(evicted_by("0") == std::vector<std::vector<int64_t>>{{0, 1}, {}});
  // Every head keeps its two: 0.1 and 0.3.
  CHECK(evicted_by("1") == std::vector<std::vector<int64_t>>{{0}, {0}});
}

TEST_CASE("adakv: the safeguard is a share of the rows beyond the protected ones") {
  // Two recent rows are protected, and half of the other two of k = 4 is safe: three rows stay.
  const auto setup = set_up_policy("adakv", 4, "{base: tova, recent: 2, safeguard: 0.5}");
  HandMadeStep low = {
      .step = 4, .positions = {0, 1, 2, 3, 4}, .attention = {{0.01F, 0.02F, 0.03F, 0.47F, 0.47F}}};
  HandMadeStep high = {
      .step = 4, .positions = {0, 1, 2, 3, 4}, .attention = {{0.2F, 0.21F, 0.22F, 0.2F, 0.17F}}};
  ShownStep a(setup, low);
  ShownStep b(setup, high);
  const std::vector<StepView> views = {a.view(), b.view()};
  const std::vector<std::span<float>> scores = {a.scores(), b.scores()};
  std::vector<Evictions> evictions(2);
  setup.faces.pooled->evict_pooled(views, scores, evictions);
  CHECK(evictions[0].rows().size() == 2);
  CHECK(evictions[1].rows().empty());
  // With all of it safe each head gives one.
  const auto equal = set_up_policy("adakv", 4, "{base: tova, recent: 2, safeguard: 1}");
  evictions.assign(2, {});
  equal.faces.pooled->evict_pooled(views, scores, evictions);
  CHECK(evictions[0].rows().size() == 1);
  CHECK(evictions[1].rows().size() == 1);
}

TEST_CASE("adakv: takes one set of rows a head") {
  CHECK_THROWS_WITH(set_up_policy("adakv", 8, "{recent: 2, scope: layer}"),
                    ContainsSubstring("policy.scope: adakv shares rows out among key/value heads"));
}

TEST_CASE("pyramidkv: budgets fall linearly, their mean is k") {
  const auto setup = set_up_policy("pyramidkv", 100, "{least: 20, beta: 4}");
  // 80 are shared: the last layer gets 80/4, the first 2 * 80 - 20, the one between their mean; 20
  // more each.
  CHECK(setup.faces.budgets->layer_budget(0, 3, 100) == 160);
  CHECK(setup.faces.budgets->layer_budget(1, 3, 100) == 100);
  CHECK(setup.faces.budgets->layer_budget(2, 3, 100) == 40);
  // Nothing to share out.
  CHECK(setup.faces.budgets->layer_budget(0, 3, 20) == 20);
  CHECK(setup.faces.budgets->layer_budget(0, 1, 100) == 100);
  int64_t sum = 0;
  for (int64_t layer = 0; layer < 30; ++layer) {
    sum += set_up_policy("pyramidkv", 256).faces.budgets->layer_budget(layer, 30, 256);
  }
  CHECK(std::abs(sum - 30 * 256) <= 15);
}

TEST_CASE("weightedkv: the value goes into the next row's, by mean attention") {
  // Sums before and now: 0.2, 0.5, 0.3 after attention; over 4, 2 and 1 steps: 0.05, 0.25, 0.3.
  const auto setup = set_up_policy("weightedkv", 2);
  HandMadeStep step = {.step = 3,
                       .positions = {0, 2, 3},
                       .attention = {{0.1F, 0.6F, 0.3F}},
                       .memory = {0.1F, -0.1F, 0.0F},
                       .keys = {{{1, 1}, {2, 2}, {3, 3}}},
                       .values = {{{6, 0}, {0, 12}, {5, 5}}}};
  CHECK(evicted(setup, step) == std::vector<int64_t>{0});
  merge(setup, step, {0});
  // (0.05 * (6, 0) + 0.25 * (0, 12)) / 0.3 = (1, 10)
  CHECK(static_cast<double>(step.values[0][1][0]) == approx(1.0).margin(1e-5));
  CHECK(static_cast<double>(step.values[0][1][1]) == approx(10.0).margin(1e-5));
  CHECK(step.values[0][2] == std::vector<float>{5, 5});
  CHECK(step.keys[0][1] == std::vector<float>{2, 2});
}

TEST_CASE("a base is named, and has to give scores") {
  CHECK_THROWS_WITH(set_up_policy("caote", 4, "{base: tovaa}"),
                    ContainsSubstring("did you mean 'tova'?"));
  CHECK_THROWS_WITH(set_up_policy("caote", 4, "{base: streaming}"),
                    ContainsSubstring("policy.base"));
  // Options of the base stand beside it, and only those of this base.
  CHECK(set_up_policy("caote", 4, "{base: a2sf, decay: 0.5}").options["decay"] == 0.5);
  CHECK_THROWS_WITH(set_up_policy("caote", 4, "{base: tova, decay: 0.5}"),
                    ContainsSubstring("unknown key 'policy.decay'"));
}

}  // namespace multistate::test::key_value_rules_test
