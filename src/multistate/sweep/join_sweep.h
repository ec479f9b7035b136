#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "multistate/results/worker.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// Writes the manifest and the digests of models, or finds them written, and takes part in the
/// sweep from then on: one worker after the other, so that of two with different plans the first
/// one wins. `command` and `config` (the sweep file with its overrides) go into the manifest. False
/// when a signal asks to stop. Throws InputError as write_manifest() does, and FileError.
bool join_sweep(const SweepPlan& plan, const std::string& command, const nlohmann::json& config,
                Worker& worker);

}  // namespace multistate
