#pragma once

#include "aggregate/analysis/comparisons.h"

namespace multistate::aggregate {

/// Fills over_seeds, over_sizes and first_places.
///
/// Over seeds, at every state size where some policy has two seeds or more: the orders of all
/// policies, with what does not depend on a seed the same in all of them. Over sizes: the orders of
/// the policies that have all bounded sizes. First places: in how many replicates of a bootstrap
/// over samples a policy has the best value of its size (equal ones share); of several seeds the
/// mean counts. All need two policies.
void rank_policies(Group& group, Workspace& work);

}  // namespace multistate::aggregate
