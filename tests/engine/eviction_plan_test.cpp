// The plan that keeps the most attention: against every other way to evict, and against every
// policy.

#include "multistate/engine/eviction_plan.h"

#include <algorithm>
#include <limits>

#include "multistate/base/random.h"
#include "multistate/conformance/cases.h"
#include "multistate/conformance/naive_statistics.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/expected_bytes.h"

#include "support/prompt_only.h"
#include "support/tiny_transformer.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test::eviction_plan_test {
namespace {

using Matrix = std::vector<std::vector<double>>;

double lost(const Matrix& later, const std::vector<int64_t>& evicted_at) {
  double sum = 0.0;
  for (size_t row = 0; row < evicted_at.size(); ++row) {
    if (evicted_at[row] != RowTrace::kAlive &&
        evicted_at[row] < static_cast<int64_t>(later.size())) {
      sum += later[static_cast<size_t>(evicted_at[row])][row];
    }
  }
  return sum;
}

/// The least loss from `step` on, over all choices of the rows that go. `live` holds the rows that
/// are there before it; `due` of the evictions after the step have been chosen.
double least_loss(const Matrix& later, const PlanRules& rules, int64_t step, int64_t due,
                  std::vector<int64_t> live) {
  if (step == static_cast<int64_t>(later.size())) {
    return 0.0;
  }
  const auto at = static_cast<size_t>(step);
  if (due == 0) {
    live.push_back(step);
  }
  if (due == rules.evictions[at]) {
    return least_loss(later, rules, step + 1, 0, live);
  }
  double least = std::numeric_limits<double>::infinity();
  for (const int64_t row : live) {
    if (row >= rules.sinks && row <= step - rules.recent) {
      std::vector<int64_t> left = live;
      left.erase(std::find(left.begin(), left.end(), row));
      // A row is not born twice.
      const double rest = due + 1 == rules.evictions[at]
                              ? least_loss(later, rules, step + 1, 0, left)
                              : least_loss(later, rules, step, due + 1, left);
      least = std::min(least, later[at][static_cast<size_t>(row)] + rest);
    }
  }
  return least;
}

/// The set's rows and when they went; one set.
std::vector<int64_t> evictions_of(const NaiveInputs& inputs, const std::string& policy, int64_t k,
                                  const std::string& options) {
  const auto setup = set_up_with_kinds(policy, k, options);
  return run_scan(scan_for(setup), inputs, setup, {}).sets.front().trace.evicted_at();
}

}  // namespace

TEST_CASE("a plan loses no more than any other sequence of evictions") {
  Random random({9});
  for (int round = 0; round < 40; ++round) {
    constexpr int64_t kTokens = 8;
    // One at a time, or two at once after every second step.
    PlanRules rules = {
        .evictions = {0, 0, 0, 1, 1, 1, 1, 1}, .sinks = round % 2, .recent = round % 3};
    if (round % 4 == 3) {
      rules.evictions = {0, 0, 0, 0, 0, 2, 0, 2};
    }
    Matrix later(kTokens, std::vector<double>(kTokens, 0.0));
    std::vector<float> flat;
    for (size_t t = 0; t < kTokens; ++t) {
      for (size_t row = 0; row < kTokens; ++row) {
        later[t][row] = row <= t ? static_cast<double>(static_cast<float>(random.uniform())) : 0.0;
        flat.push_back(static_cast<float>(later[t][row]));
      }
    }
    const auto plan = plan_evictions(flat, rules);
    CAPTURE(round, plan);
    for (int64_t row = 0; row < kTokens; ++row) {
      const int64_t step = plan[static_cast<size_t>(row)];
      CHECK((step == kTokens || (row >= rules.sinks && row <= step - rules.recent)));
    }
    for (int64_t step = 0; step < kTokens; ++step) {
      CHECK(std::count(plan.begin(), plan.end(), step) ==
            rules.evictions[static_cast<size_t>(step)]);
    }
    CHECK(lost(later, plan) == approx(least_loss(later, rules, 0, 0, {})).margin(1e-6));
  }
}

TEST_CASE("no policy keeps more attention mass than the exact oracle under the same options") {
  constexpr int64_t kRows = 9;
  for (const char* options : {"scope: kv_head, sinks: 0, recent: 0, every: 1",
                              "scope: kv_head, sinks: 1, recent: 3, every: 1",
                              "scope: layer, sinks: 0, recent: 0, every: 4",
                              "scope: kv_head, sinks: 1, recent: 0, every: 1, prompt: one_shot"}) {
    for (const uint64_t seed : {1, 2, 3}) {
      // One key/value head, so that a budget that heads share is one set's, too.
      auto inputs = NaiveInputs::random(4, 1, 60, seed);
      inputs.prompt = 30;
      const auto later = future_attention(inputs, {0, 4, 0, 1}, 1.0);
      const auto all = std::string("{") + options;
      const double least =
          lost(later, evictions_of(inputs, "oracle", kRows, all + ", exact: true}"));
      CHECK(least > 0.0);
      double least_of_policies = std::numeric_limits<double>::infinity();
      for (const std::string& name : policy_registry().names()) {
        const PolicyEntry& entry = *policy_registry().find(name);
        const auto policy = entry.maker()->make();
        const bool shares =
            faces_of(*policy).pooled != nullptr && all.find("scope: layer") != all.npos;
        if (!entry.info.bounded || shares || decides_prompt_only(entry)) {
          continue;
        }
        CAPTURE(name, options, seed);
        const double loss = lost(later, evictions_of(inputs, name, kRows, all + "}"));
        CHECK(loss >= least - 1e-4);
        least_of_policies = std::min(least_of_policies, loss);
      }
      // The optimum is better than all of them, not equal to one.
      CHECK(least < least_of_policies - 1e-4);
    }
  }
}

TEST_CASE("the oracle's discount counts attention from s steps later gamma^s") {
  const auto inputs = NaiveInputs::random(2, 1, 30, 4);
  const auto later = future_attention(inputs, {0, 2, 0, 1}, 0.8);
  const auto evicted_at = evictions_of(inputs, "oracle", 6, "{gamma: 0.8, scope: kv_head}");
  std::vector<int64_t> live;
  for (int64_t t = 0; t < 30; ++t) {
    live.push_back(t);
    if (live.size() > 6) {
      const auto worth = [&](int64_t row) {
        return later[static_cast<size_t>(t)][static_cast<size_t>(row)];
      };
      const auto least = std::min_element(
          live.begin(), live.end(), [&](int64_t a, int64_t b) { return worth(a) < worth(b); });
      CHECK(evicted_at[static_cast<size_t>(*least)] == t);
      live.erase(least);
    }
  }
}

TEST_CASE("an exact plan is refused for a sample that is too long, before any is run") {
  const auto model = tiny_transformer();
  const auto setup = set_up_policy("oracle", 16, "{exact: true}");
  CHECK_NOTHROW(expected_peak_bytes(model->spec(), setup, {.tokens = 1024}, at::kFloat));
  CHECK_THROWS_WITH(expected_peak_bytes(model->spec(), setup, {.tokens = 1025}, at::kFloat),
                    "policy oracle: an exact plan is made for samples of at most 1024 tokens; one "
                    "here has 1025");
}

}  // namespace multistate::test::eviction_plan_test
