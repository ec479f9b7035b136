#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"
#include "multistate/results/machine_load.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// The content of a cell's result.json (schema multistate.result, see results/README.md). `records`
/// are those of all samples in order; `load` is that under which they were run; `context` says
/// where and with what they were computed.
nlohmann::json make_cell_result(const PlannedCell& cell, std::span<const SampleRecord> records,
                                const TotalLoad& load, const nlohmann::json& context);

/// The content of a cell's error.json. `kind`: "policy", "input", "memory", "io" or "internal".
nlohmann::json make_cell_error(const PlannedCell& cell, int64_t sample, const std::string& kind,
                               const std::string& message);

}  // namespace multistate
