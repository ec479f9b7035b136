// Chunks that are left out are part of a cell's identity and result; without any both are as before
// there was the option.

#include "multistate/sweep/sweep_plan.h"

#include "support/sweep_runs.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::skip_chunks_identity_test {

TEST_CASE("skipped chunks change a cell's identity, none leave it as it was") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep,
                            "policy: {name: tova}\nstate_size: 8\n"
                            "sweep: {parameters: {experiment.skip_chunks: {values: [0, 2]}}}\n");
  REQUIRE(plan.cells.size() == 2);
  CHECK(!plan.cells[0].config().at("experiment").contains("skip_chunks"));
  CHECK(plan.cells[1].config().at("experiment").at("skip_chunks") == 2);
  CHECK(plan.cells[0].id != plan.cells[1].id);
  CHECK(plan.cells[0].samples == plan.cells[1].samples + 2);
}

}  // namespace multistate::test::skip_chunks_identity_test
