#include <algorithm>

#include "multistate/conformance/scan_run.h"

#include "support/torch.h"

namespace multistate::test {
namespace {

constexpr int64_t kTokens = 32;

std::vector<std::vector<int64_t>> fates(const ScanRun& run) {
  std::vector<std::vector<int64_t>> all;
  for (const LayerState::Set& set : run.sets) {
    all.push_back(set.trace.evicted_at());
  }
  return all;
}

}  // namespace

TEST_CASE("no policy keeps more rows than it may") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 1);
  for (const int64_t k : {1, 4, 7, 31}) {
    for (const PolicyCase& policy : policy_cases(k)) {
      if (!policy.setup.bounded()) {
        continue;
      }
      INFO(policy.name);
      const auto run = run_scan(scan_for(policy.setup), inputs, policy.setup);
      for (const LayerState::Set& set : run.sets) {
        CHECK(set.peak_rows <= k + policy.setup.common.every - 1);
        CHECK(set.rows.rows() <= k + policy.setup.common.every - 1);
        for (int64_t step = 0; step < kTokens; ++step) {
          REQUIRE(static_cast<int64_t>(set.trace.kept_after(step).size()) <=
                  k + policy.setup.common.every - 1);
        }
      }
    }
  }
}

TEST_CASE("protected rows stay, whatever the policy") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 2);
  for (const PolicyCase& policy : policy_cases(6)) {
    if (!policy.setup.bounded()) {
      continue;
    }
    INFO(policy.name);
    const auto run = run_scan(scan_for(policy.setup), inputs, policy.setup);
    for (const LayerState::Set& set : run.sets) {
      const auto& evicted_at = set.trace.evicted_at();
      for (int64_t position = 0; position < kTokens; ++position) {
        const int64_t end = evicted_at[static_cast<size_t>(position)];
        if (end == RowTrace::kAlive) {
          continue;
        }
        CHECK(position >= policy.setup.common.sinks);
        CHECK(end - position >= policy.setup.recent());
      }
    }
  }
}

TEST_CASE("rows that are kept are in order of position and the positions are those of the trace") {
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 3);
  for (const PolicyCase& policy : policy_cases(5)) {
    INFO(policy.name);
    const auto run = run_scan(scan_for(policy.setup), inputs, policy.setup);
    for (const LayerState::Set& set : run.sets) {
      const auto positions = set.rows.positions();
      CHECK(std::is_sorted(positions.begin(), positions.end()));
      CHECK(std::vector<int64_t>(positions.begin(), positions.end()) ==
            set.trace.kept_after(kTokens - 1));
    }
  }
}

TEST_CASE("the same seed gives the same rows, and a run does not depend on the one before") {
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 4);
  const auto others = NaiveInputs::random(4, 2, kTokens, 5);
  for (const PolicyCase& policy : policy_cases(5)) {
    INFO(policy.name);
    const auto& scan = scan_for(policy.setup);
    const auto first = run_scan(scan, inputs, policy.setup, {.seed = 1, .sample = 2});
    run_scan(scan, others, policy.setup, {.seed = 1, .sample = 3});
    const auto second = run_scan(scan, inputs, policy.setup, {.seed = 1, .sample = 2});
    CHECK(fates(first) == fates(second));
    CHECK(first.attended == second.attended);
  }
}

TEST_CASE("only policies that declare it depend on the seed") {
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 6);
  for (const PolicyCase& policy : policy_cases(8)) {
    INFO(policy.name);
    const auto& scan = scan_for(policy.setup);
    const auto first = fates(run_scan(scan, inputs, policy.setup, {.seed = 1}));
    const auto second = fates(run_scan(scan, inputs, policy.setup, {.seed = 2}));
    CHECK((first != second) == policy.setup.needs.random);
  }
}

TEST_CASE("a state as large as the sample gives full attention") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 7);
  const auto full = set_up_policy("full", 0);
  const auto expected = run_scan(causal_scan(), inputs, full).attended;
  for (const int64_t k : {kTokens, kTokens + 1, 4 * kTokens}) {
    for (const PolicyCase& policy : policy_cases(k)) {
      INFO(policy.name);
      const auto actual = run_scan(scan_for(policy.setup), inputs, policy.setup).attended;
      double worst = 0.0;
      for (size_t i = 0; i < expected.size(); ++i) {
        worst = std::max(worst, static_cast<double>(std::abs(actual[i] - expected[i])));
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("what one row gains in lifetime another loses: sum over t of min(t + 1, k + 1)") {
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 8);
  int64_t checked = 0;
  for (const int64_t k : {int64_t{1}, int64_t{5}, int64_t{12}, kTokens}) {
    int64_t expected = 0;
    for (int64_t t = 0; t < kTokens; ++t) {
      expected += std::min(t + 1, k + 1);
    }
    for (const PolicyCase& policy : policy_cases(k)) {
      const auto run = run_scan(scan_for(policy.setup), inputs, policy.setup);
      for (const LayerState::Set& set : run.sets) {
        // The law is for policies that give up one row a step once the state is full.
        if (set.trace.evictions() != kTokens - k || policy.setup.common.every != 1) {
          continue;
        }
        INFO(policy.name);
        CHECK(set.trace.total_lifetime() == expected);
        ++checked;
      }
    }
  }
  CHECK(checked > 50);
}

TEST_CASE(
    "the paper's mean lifetimes: its Table 2 states 249, 481, 897 and 1537 for k = 256 to 2048 at "
    "T = 4096") {
  const auto mean = [](int64_t k) {
    RowTrace trace;
    for (int64_t t = 0; t < 4096; ++t) {
      trace.record_birth();
      if (t >= k) {
        trace.record_eviction(t - k, t);
      }
    }
    return static_cast<double>(trace.total_lifetime()) / 4096.0;
  };
  CHECK(mean(256) == approx(248.97).margin(0.01));
  CHECK(mean(512) == approx(480.94).margin(0.01));
  CHECK(mean(1024) == approx(896.88).margin(0.01));
  CHECK(mean(2048) == approx(1536.75).margin(0.01));
}

}  // namespace multistate::test
