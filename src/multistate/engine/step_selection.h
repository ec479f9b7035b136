#pragma once

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/engine/set_inputs.h"

namespace multistate {

/// What the newest token's queries attend to where the layer's policy selects rows, in plain ATen:
/// its logits [G, H/G, N], on the CPU and in float32, with -infinity for rows that are not read.
/// `query` [G, H/G, D], `keys` [G, N, D]. Counts the rows that are read, and takes the newest keys
/// into the ranges of the set's pages; what the policy is shown of these is computed from the keys
/// anew.
at::Tensor selected_logits(const at::Tensor& logits, const at::Tensor& query,
                           const at::Tensor& keys, const LayerState& state, LayerState::Set& set);

}  // namespace multistate
