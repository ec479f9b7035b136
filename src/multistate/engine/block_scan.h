#pragma once

#include <optional>

#include "multistate/engine/layer_scan.h"

namespace multistate {

/// The result of the token step at the speed of matrix products, for every policy that leaves keys,
/// values and positions of the rows it keeps as they are. Rows may be quantised where a block ends,
/// so blocks end where they have to be.
///
/// The rows that a block of tokens can see are those alive at its start and its own. So for a
/// block:
///   1. logits of all its queries for all these rows, one product;
///   2. token by token (BlockSteps): softmax over the rows alive, the policy's decision, a mark on
///      the rows that go;
///   3. weights, 0 where a row was dead or not yet there, times values, one product; then the dead
///      rows are removed.
class BlockScan final : public LayerScan {
 public:
  /// `block`: tokens handled together; chosen by the policy and its state size unless given.
  /// `decisions`, where given: seconds that the host takes for the second part are added to it, so
  /// that one thread at a time may use this scan.
  explicit BlockScan(std::optional<int64_t> block = std::nullopt, double* decisions = nullptr)
      : block_(block), decisions_(decisions) {}

  at::Tensor attend(const Qkv& qkv, LayerState& state) const override;

 private:
  std::optional<int64_t> block_;
  double* decisions_;
};

}  // namespace multistate
