#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/node.h"
#include "multistate/results/cell_folder.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/tiny_sweep.h"

namespace multistate::test {

/// The plan of a tiny sweep, see TinySweep::write().
inline SweepPlan plan_of(const TinySweep& sweep, const std::string& rest,
                         std::optional<int64_t> limit = std::nullopt) {
  return plan_sweep(read_sweep(read_yaml(sweep.write(rest))), limit);
}

inline RunOptions options(int64_t jobs = 1) {
  RunOptions options;
  options.jobs = jobs;
  options.command = "test";
  options.config = nlohmann::json::object();
  return options;
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
