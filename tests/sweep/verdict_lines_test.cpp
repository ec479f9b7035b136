#include "multistate/sweep/verdict_lines.h"

#include "support/sweep_runs.h"
#include "support/torch.h"

namespace multistate::test::verdict_lines_test {

TEST_CASE("the last lines of a run have a verdict at each cache size, and who is not ranked") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep,
                            "policy: {name: tova}\n"
                            "state_size: 16\n"
                            "sweep:\n"
                            "  parameters:\n"
                            "    policy.name: {values: [tova, window, oracle]}\n"
                            "    state_size: {values: [16, 32]}\n"
                            "  include:\n"
                            "    - {policy.name: full}\n",
                            2);
  CHECK(verdict_lines(plan).empty());
  run_sweep(plan, options());
  const std::string few = "2 samples cannot show which policy is best";
  const std::string expected = "nll at 16: " + few +
                               "\n  not ranked: oracle: an upper reference\n" +
                               "nll at 32: " + few + "\n  not ranked: oracle: an upper reference\n";
  CHECK(verdict_lines(plan) == expected);
}

}  // namespace multistate::test::verdict_lines_test
