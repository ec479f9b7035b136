#pragma once

#include "aggregate/analysis/workspace.h"

namespace multistate::aggregate {

/// Fills pareto_speed and pareto_memory: the cells of the group, full model included, that no other
/// beats in the first headline metric and in speed, or in memory. There is no front of speed where
/// the speed of one of them is no measurement (Cell::speed_noise).
void find_fronts(Group& group, const Workspace& work);

}  // namespace multistate::aggregate
