// Laws that hold whatever the policy; what a policy itself has to keep to is in tests/conformance.

#include <algorithm>
#include <set>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/scan_run.h"

#include "support/spread_cases.h"
#include "support/torch.h"

namespace multistate::test::properties_test {

TEST_CASE("what one row gains in lifetime another loses: sum over t of min(t + 1, k + 1)") {
  constexpr int64_t kTokens = 32;
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 8);
  int64_t checked = 0;
  for (const int64_t k : {int64_t{1}, int64_t{5}, int64_t{12}, kTokens}) {
    int64_t expected = 0;
    for (int64_t t = 0; t < kTokens; ++t) {
      expected += std::min(t + 1, k + 1);
    }
    for (const PolicyCase& policy : all_policy_cases(k)) {
      const auto run = run_scan(scan_for(policy.setup), inputs, policy.setup);
      for (const LayerState::Set& set : run.sets) {
        // The law is for policies that evict one row a step once the state is full.
        const auto& steps = set.trace.evicted_at();
        const std::set<int64_t> different(steps.begin(), steps.end());
        if (set.trace.evictions() != kTokens - k ||
            std::ssize(different) - 1 != set.trace.evictions()) {
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

}  // namespace multistate::test::properties_test
