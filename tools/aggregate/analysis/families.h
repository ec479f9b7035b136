#pragma once

#include "aggregate/analysis/workspace.h"

namespace multistate::aggregate {

/// Fills comparisons, findings and notes of all groups. Families, each of one metric and
/// one state size: every policy with the full cache, with the leader, with its matched control, and
/// with what the options name as reference. A control matches a policy when the engine treats both
/// alike: the same scope, first tokens, recent rows, protection, positions, interval between
/// evictions and treatment of the prompt.
void compare_groups(std::vector<Group>& groups, Workspace& work);

}  // namespace multistate::aggregate
