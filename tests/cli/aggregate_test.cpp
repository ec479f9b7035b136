#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test::aggregate_test {

TEST_CASE("multistate aggregate is multistate-aggregate, with all of its options") {
  const auto help = run_program({"aggregate", "--help"});
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.out, ContainsSubstring("Usage: multistate-aggregate"));
  const auto missing = run_program({"aggregate", "no/such/folder"});
  CHECK(missing.exit_code == 2);
  CHECK_THAT(missing.err, ContainsSubstring("no/such/folder: is not a folder"));
}

TEST_CASE("what a run leaves is what aggregate reads") {
  const TinySweep sweep;
  const auto run = run_program({"run", sweep.write(TinySweep::grid()).string()});
  REQUIRE(run.exit_code == 0);
  const auto table =
      run_program({"aggregate", sweep.output().string(), "--format", "md", "--metric", "nll"});
  CHECK(table.err.empty());
  CHECK(table.exit_code == 0);
  CHECK_THAT(table.out, ContainsSubstring("| policy | 4 | 8 | 16 | unbounded |"));
  CHECK_THAT(table.out, ContainsSubstring("7 of 7 planned cells (0 failed, 0 missing, 0 limited)"));
  // Both say the same of every state size.
  const auto json = run_program({"aggregate", sweep.output().string(), "--format", "json"});
  const auto report = nlohmann::json::parse(json.out);
  size_t said = 0;
  for (const auto& best : report.at("groups").at(0).at("best")) {
    if (best.at("metric") == "nll") {
      ++said;
      CHECK_THAT(run.out, ContainsSubstring("nll at " + best.at("state_size").dump() + ": " +
                                            best.at("sentence").get<std::string>() + "\n"));
    }
  }
  CHECK(said == 3);
}

}  // namespace multistate::test::aggregate_test
