#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/node.h"
#include "multistate/policy/policy_info.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/cell_run.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/tiny_sweep.h"

namespace multistate::test {

/// The plan of a tiny sweep, see TinySweep::write().
inline SweepPlan plan_of(const TinySweep& sweep, const std::string& rest,
                         std::optional<int64_t> limit = std::nullopt) {
  return plan_sweep(read_sweep(read_yaml(sweep.write(rest))), limit);
}

/// For a policy of a test.
inline PolicyInfo info_named(const std::string& name) {
  return {.name = name,
          .version = 1,
          .summary = "acts",
          .paper = "none: a test",
          .deviations = "",
          .defaults = {.sinks = 0}};
}

/// All cells of a plan, as `worker` runs them.
inline std::vector<std::unique_ptr<CellRun>> runs_of(const SweepPlan& plan, Worker& worker) {
  std::vector<std::unique_ptr<CellRun>> runs;
  for (const PlannedCell& cell : plan.cells) {
    runs.push_back(std::make_unique<CellRun>(
        cell, CellFolder(plan.spec.output / "cells" / cell.folder(), cell.id),
        nlohmann::json::object(), worker));
  }
  return runs;
}

inline RunOptions options(int64_t jobs = 1) {
  RunOptions options;
  options.jobs = jobs;
  options.command = "test";
  options.config = nlohmann::json::object();
  return options;
}

/// The same for one cell alone.
inline RunOptions options_for(const PlannedCell& cell) {
  RunOptions one = options();
  one.cells = {cell.id};
  return one;
}

inline nlohmann::json result_of(const SweepPlan& plan, const PlannedCell& cell) {
  return CellFolder(plan.spec.output / "cells" / cell.folder(), cell.id).result();
}

/// Metrics and series of every cell, as text.
inline std::vector<std::string> metrics_of(const SweepPlan& plan) {
  std::vector<std::string> all;
  for (const PlannedCell& cell : plan.cells) {
    const auto result = result_of(plan, cell);
    all.push_back(result.at("metrics").dump() + result.at("series").dump());
  }
  return all;
}

}  // namespace multistate::test
