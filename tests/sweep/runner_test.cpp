#include "multistate/sweep/runner.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"
#include "multistate/policy/registry.h"
#include "multistate/results/sweep_reader.h"

#include "support/input_error.h"
#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::runner_test {
namespace {

/// Scores that stop being numbers in the middle of a sample.
class Faulty final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), step.step() < 40 ? 0.0F : NAN);
  }
};

const PolicyRegistration<Faulty> kFaulty{{.name = "faulty",
                                          .version = 1,
                                          .summary = "fails in step 40",
                                          .paper = "none: a test",
                                          .deviations = "",
                                          .defaults = {.sinks = 0}}};

}  // namespace

TEST_CASE("the bytes of state that a plan expects are those that its run measures") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep,
                            "policy: {name: tova}\n"
                            "state_size: 40\n"
                            "sweep:\n"
                            "  parameters:\n"
                            "    policy.name: {values: [tova, h2o, adakv, pyramidkv]}\n"
                            "  include:\n"
                            "    - {policy.name: full}\n"
                            "    - {policy.name: kivi, policy.base: window}\n",
                            1);
  REQUIRE(plan.cells.size() == 6);
  run_sweep(plan, options());
  for (const PlannedCell& cell : plan.cells) {
    CAPTURE(cell.slug);
    const int64_t measured = result_of(plan, cell).at("perf").at("state_bytes");
    CHECK(std::abs(measured - cell.state_bytes) * 20 <= measured);
  }
}

TEST_CASE("a sweep gives every cell a result, and a second run has nothing to do") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, TinySweep::grid());
  REQUIRE(plan.cells.size() == 7);
  const auto outcome = run_sweep(plan, options());
  CHECK(outcome.done == 7);
  CHECK(outcome.exit_code() == 0);
  std::vector<std::string> before;
  for (const PlannedCell& cell : plan.cells) {
    before.push_back(read_file(plan.spec.output / "cells" / cell.folder() / "result.json"));
  }
  CHECK(run_sweep(plan, options()).done == 7);
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    CHECK(read_file(plan.spec.output / "cells" / plan.cells[i].folder() / "result.json") ==
          before[i]);
  }
}

TEST_CASE("cells share the beginning of a sample, and their metrics do not show it") {
  // Chunks of 64 tokens. H2O remembers what happened at each step, random draws.
  const std::string cells =
      "policy: {name: tova}\nstate_size: 8\n"
      "sweep: {parameters: {state_size: {values: [8, 16, 70]}}, include: ["
      "{policy.name: full}, {policy.name: window, policy.every: 5, state_size: 20}, "
      "{policy.name: h2o, state_size: 8}, {policy.name: h2o, state_size: 16}, "
      "{policy.name: random, state_size: 16}]}\n";
  const TinySweep with;
  const TinySweep without;
  auto alone = options();
  alone.sharing = false;
  const auto plan = plan_of(with, cells);
  const auto shared = run_sweep(plan, options(2));
  const auto plan_alone = plan_of(without, cells);
  const auto computed = run_sweep(plan_alone, alone);
  const int64_t chunks = plan.cells.front().samples;
  REQUIRE(shared.done == 8);
  CHECK(shared.tokens == 8 * 64 * chunks);
  CHECK(computed.computed_tokens == computed.tokens);
  // Taken over: 7, 15 and 64 tokens by TOVA, 64 by the full cache, 23 by the window, 7 and 15 by
  // H2O, 15 by random; run for all of them: 64.
  CHECK(shared.computed_tokens ==
        shared.tokens - (7 + 15 + 64 + 64 + 23 + 7 + 15 + 15 - 64) * chunks);
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    const auto left = result_of(plan, plan.cells[i]);
    const auto right = result_of(plan_alone, plan_alone.cells[i]);
    INFO(plan.cells[i].slug);
    CHECK(left.at("cell_id") == right.at("cell_id"));
    CHECK(left.at("state") == right.at("state"));
    CHECK(left.at("counts") == right.at("counts"));
    const double nll = left.at("metrics").at("nll").at("value");
    CHECK(nll == approx(right.at("metrics").at("nll").at("value").get<double>()).margin(1e-6));
  }
}

TEST_CASE("metrics do not depend on the number of jobs") {
  const TinySweep alone;
  const auto plan = plan_of(alone, TinySweep::grid());
  run_sweep(plan, options(1));
  const TinySweep together;
  const auto same = plan_of(together, TinySweep::grid());
  run_sweep(same, options(3));
  CHECK(metrics_of(plan) == metrics_of(same));
}

TEST_CASE("a state larger than a chunk gives the metrics of the full model") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep,
                            "policy: {name: tova}\nstate_size: 64\n"
                            "sweep: {include: [{policy.name: tova}, {policy.name: full}]}\n");
  run_sweep(plan, options());
  REQUIRE(plan.cells.size() == 2);
  const auto nll = [&](size_t i) {
    return result_of(plan, plan.cells[i]).at("metrics").at("nll").at("value").get<double>();
  };
  CHECK(std::abs(nll(0) - nll(1)) < 1e-5);
}

TEST_CASE("a cell may have a policy for each range of layers") {
  const TinySweep sweep;
  const auto with = [&](const std::string& ranges) {
    return plan_of(sweep, "policy: {layers: {" + ranges + "}}\nstate_size: 8\n", 1);
  };
  const auto plan = with("0: full, 1-: {name: tova, sinks: 1}");
  const PlannedCell& cell = plan.cells.front();
  CHECK(cell.slug == "by_layer-8-0=full-1-=tova-1-.sinks=1");
  CHECK(cell.id != with("0: full, 1-: {name: tova, sinks: 2}").cells.front().id);
  CHECK(cell.id != with("0: tova, 1-: {name: tova, sinks: 1}").cells.front().id);
  CHECK(run_sweep(plan, options()).done == 1);
  const auto result = result_of(plan, cell);
  CHECK(result.at("config").at("policy").at("layers").at("1-").at("sinks") == 1);
  CHECK(result.at("policy").at("role") == "policy");
  CHECK(result.at("policy").at("display_name") == "by_layer");
  CHECK(result.at("perf").at("state_bytes") == cell.state_bytes);
  // Of two layers one keeps all of the 64 tokens, the other 8.
  CHECK(result.at("state").at("rows_peak") == 64);
  CHECK_THAT(input_error([&] { with("0: full, 1-2: tova"); }),
             ContainsSubstring("ends at 2, but the model has the layers 0 to 1"));
  CHECK_THAT(input_error([&] { with("0: full"); }), ContainsSubstring("policy.layers"));
  CHECK_THAT(input_error([&] {
               plan_of(sweep, "policy: {name: tova, layers: {0-: full}}\nstate_size: 8\n");
             }),
             ContainsSubstring("unknown key 'policy.name'"));
}

TEST_CASE("a run tells its own cells from those of earlier runs") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, TinySweep::grid());
  auto two = options();
  two.cells = {plan.cells[0].id, plan.cells[1].id};
  const auto first = run_sweep(plan, two);
  CHECK(first.ran == 2);
  CHECK(first.earlier.text() == "0 already there");
  const auto rest = run_sweep(plan, options());
  CHECK(rest.ran == 5);
  CHECK(rest.earlier.cells == 2);
  const auto machine = result_of(plan, plan.cells[0]).at("context").at("machine");
  CHECK_THAT(rest.earlier.text(),
             ContainsSubstring("2 already there (" + machine.at("host").get<std::string>()));
  const auto none = run_sweep(plan, options());
  CHECK(none.ran == 0);
  CHECK(none.earlier.cells == 7);
}

TEST_CASE("samples that run in parallel are no measurement of speed, alone they may be") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, TinySweep::grid());
  auto parallel = options(3);
  parallel.sharing = false;
  run_sweep(plan, parallel);
  int64_t beside = 0;
  for (const PlannedCell& cell : plan.cells) {
    const auto perf = result_of(plan, cell).at("perf");
    const int64_t here = perf.at("load").at("jobs_beside");
    CHECK((here == 0 || perf.at("noisy") == true));
    beside = std::max(beside, here);
  }
  CHECK(beside >= 1);
  CHECK(beside <= 2);
  const TinySweep alone;
  const auto plan_alone = plan_of(alone, TinySweep::grid());
  run_sweep(plan_alone, options());
  for (const PlannedCell& cell : plan_alone.cells) {
    const auto perf = result_of(plan_alone, cell).at("perf");
    CHECK(perf.at("load").at("jobs_beside") == 0);
    // Whoever runs a prefix for all may run more tokens than its own sample has.
    const bool shared =
        perf.at("tokens_computed") < result_of(plan_alone, cell).at("counts").at("tokens");
    CHECK((!shared || perf.at("noisy") == true));
  }
}

TEST_CASE("the seed is an axis only where something is random") {
  const TinySweep sweep;
  const auto plan = plan_of(
      sweep,
      "policy: {name: tova}\nstate_size: 8\n"
      "sweep: {parameters: {policy.name: {values: [tova, random]}, seed: {values: [0, 1, 2]}}}\n");
  CHECK(plan.cells.size() == 4);
}

TEST_CASE("a cell that fails leaves its reason, the others go on") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep,
                            "policy: {name: tova}\nstate_size: 8\n"
                            "sweep: {parameters: {policy.name: {values: [tova, faulty, h2o]}}}\n");
  auto outcome = run_sweep(plan, options());
  CHECK(outcome.done == 2);
  CHECK(outcome.failed == 1);
  CHECK(outcome.exit_code() == 1);
  const auto status = read_sweep_status(sweep.output());
  CHECK(status.cells[1].state == CellState::kFailed);
  CHECK(status.cells[1].message ==
        "policy faulty: layer 0, step 40: the score of the row at position 32 is nan");

  RunOptions leave = options();
  leave.retry_failed = false;
  outcome = run_sweep(plan, leave);
  CHECK(outcome.failed == 1);
  RunOptions fast = options();
  fast.fail_fast = true;
  CHECK(run_sweep(plan, fast).failed == 1);
}

TEST_CASE("a limit is marked and does not stand for the whole") {
  const TinySweep sweep;
  const std::string file = "policy: {name: tova}\nstate_size: 8\n";
  const auto limited = plan_of(sweep, file, 2);
  run_sweep(limited, options());
  const auto result = result_of(limited, limited.cells.front());
  CHECK(result.at("counts").at("limited") == true);
  CHECK(result.at("counts").at("samples") == 2);
  CHECK(result.at("config").at("limit") == 2);
  CHECK(result.at("warnings").dump().find("--limit") != std::string::npos);
  const auto whole = plan_of(sweep, file);
  CHECK(
      CellFolder(whole.spec.output / "cells" / whole.cells.front().folder(), whole.cells.front().id)
          .state() == CellState::kMissing);
}

TEST_CASE("--cell picks by id and refuses what no cell has") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, TinySweep::grid());
  RunOptions one = options();
  one.cells = {plan.cells[2].id.substr(0, 8)};
  const auto outcome = run_sweep(plan, one);
  CHECK(outcome.done == 1);
  CHECK(outcome.missing == 6);
  one.cells = {"nothex"};
  CHECK(input_error([&] { run_sweep(plan, one); }) ==
        "--cell nothex: no cell of this sweep has an id that starts so; --dry-run lists them");
}

}  // namespace multistate::test::runner_test
