#pragma once

#include "multistate/policy/policy.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Lets the policy decide about one step and holds it to its contract: every eviction is a live
/// candidate named once, and at most capacity() rows are left. `evictions` then holds them in
/// ascending order. Throws PolicyError with the policy's name, layer and step.
void decide(const PolicySetup& setup, const StepView& step, std::span<float> scratch,
            Evictions& evictions);

}  // namespace multistate
