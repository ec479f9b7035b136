#pragma once

#include "aggregate/analysis/workspace.h"

namespace multistate::aggregate {

/// Fills smallest_states: every policy with a bounded state, tolerance and headline metric. Over
/// several seeds the mean counts. The interval is a bootstrap over samples, the same draws at every
/// state size and for the full model; it needs that all these cells have the same samples.
void find_smallest_states(Group& group, Workspace& work);

}  // namespace multistate::aggregate
