#pragma once

#include <ATen/core/Tensor.h>

#include "multistate/engine/set_inputs.h"

namespace multistate {

/// What the tokens of a call give the rows of a set after each step, if none is evicted: [T, T] in
/// float32 on the CPU; entry (t, i) is sum_{s > t} gamma^(s - t) A(s, i), where A is full causal
/// attention averaged over the heads of the set; 0 where i > t. Takes memory quadratic in T.
at::Tensor future_attention(const SetInputs& inputs, double gamma);

}  // namespace multistate
