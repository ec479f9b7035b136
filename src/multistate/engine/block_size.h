#pragma once

#include <cstdint>

#include "multistate/policy/setup.h"

namespace multistate {

/// Tokens that the block scan handles together for a policy.
///
/// A block attends to the state at its start and to itself, so the products compute about half a
/// block of weights too many for every token: small states want small blocks. Products of few
/// queries run below the machine's speed, and every block costs a compaction: large states want
/// large blocks.
int64_t block_size(const PolicySetup& setup);

}  // namespace multistate
