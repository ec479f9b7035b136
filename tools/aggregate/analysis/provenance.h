#pragma once

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// What made the results, each different thing once: {"programs", "machines" (without their load),
/// "libtorch", "blas", "threads", "commands", "models", "tokenizers", "data", "slurm", "started"
/// (the first), "finished" (the last)}.
nlohmann::json provenance_of(const Collection& collection);

}  // namespace multistate::aggregate
