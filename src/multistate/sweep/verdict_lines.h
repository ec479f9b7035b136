#pragma once

#include <string>

#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// What may be said of the cells that are done, by the comparison that reports make
/// (aggregate/comparer.h): for each state size, on what was run on the same, one line by the
/// experiment's first metric, and who is not ranked. Empty where no two policies can be compared.
std::string verdict_lines(const SweepPlan& plan);

/// What difference between policies the planned samples can detect (results/power.h), for the state
/// size with most policies; empty where none has two.
std::string power_line(const SweepPlan& plan);

}  // namespace multistate
