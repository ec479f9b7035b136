// The BOS rule of a cell is part of its identity and of its result.

#include "multistate/config/node.h"
#include "multistate/sweep/sweep_plan.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/gguf_writer.h"
#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::bos_identity_test {

TEST_CASE("a cell's identity has the BOS rule that holds, whoever said it") {
  const TinySweep sweep;
  const std::string base = "policy: {name: tova}\nstate_size: 8\n";
  const std::string both = "sweep: {parameters: {experiment.add_bos: {values: [false, true]}}}\n";
  const auto unset = plan_of(sweep, base);
  const auto set = plan_of(sweep, base + both);
  REQUIRE(set.cells.size() == 2);
  // The tiny model's tokenizer adds none.
  CHECK(unset.cells.front().config().at("experiment").at("add_bos") == false);
  CHECK(unset.cells.front().id == set.cells[0].id);
  CHECK(unset.cells.front().id != set.cells[1].id);
  CHECK(set.cells[1].config().at("experiment").at("add_bos") == true);

  GgufWriter writer = tiny_gguf({});
  writer.set("tokenizer.ggml.add_bos_token", gguf_bool(true));
  write_file(sweep.folder() / "model.gguf", writer.bytes());
  const auto adding = plan_of(sweep, base);
  CHECK(adding.cells.front().config().at("experiment").at("add_bos") == true);
  CHECK(adding.cells.front().id == plan_of(sweep, base + both).cells[1].id);
}

}  // namespace multistate::test::bos_identity_test
