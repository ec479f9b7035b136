#pragma once

#include <string>

#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// What a sweep has found so far, for the terminal: the setup (results/setup_line.h), one line a
/// cell in the order of the plan with the experiment's first metrics, and how many of the planned
/// cells that is. Speed is shown where it was measured, not where other work ran beside the cell.
std::string summary_table(const SweepPlan& plan);

/// What a sweep would do, one line a cell: id, parameters, samples, tokens, bytes of state; and the
/// totals.
std::string plan_table(const SweepPlan& plan);

}  // namespace multistate
