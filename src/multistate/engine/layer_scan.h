#pragma once

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/model/transformer.h"

namespace multistate {

/// Attention of consecutive tokens over the state of one layer, with the policy's decision after
/// each.
///
/// Step t: append (k_t, v_t); the query attends to all rows, the new one included; then the policy
/// evicts rows until at most its capacity is left. All implementations keep the same rows and
/// return the same values up to rounding; they differ in speed and in what they can run.
class LayerScan {
 public:
  virtual ~LayerScan() = default;

  /// Lets the tokens of `qkv` follow those that `state` has seen. Returns [T, H * D].
  /// Throws PolicyError, naming the policy, when it breaks its contract.
  virtual at::Tensor attend(const Qkv& qkv, LayerState& state) const = 0;
};

/// One token at a time in plain ATen: every policy, every device. The oracle for anything faster.
const LayerScan& token_scan();

/// The same for blocks of tokens, as matrix products; see BlockScan.
const LayerScan& block_scan();

/// Causal attention over blocks of queries, for policies that keep every row: to all rows, or to
/// those that the policy selects.
const LayerScan& causal_scan();

/// The scan that runs a policy.
const LayerScan& scan_for(const PolicySetup& setup);

}  // namespace multistate
