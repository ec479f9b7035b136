#pragma once

#include <ATen/core/Tensor.h>

#include "multistate/engine/set_inputs.h"

namespace multistate {

/// What every token of a call gives the rows of a set after a step, if none is evicted: [T, T] in
/// float32 on the CPU; entry (t, i) is the attention weight of row i under full causal attention,
/// summed over the tokens after t and averaged over the heads of the set; 0 where i > t. Takes
/// memory quadratic in T.
at::Tensor future_attention(const SetInputs& inputs);

}  // namespace multistate
