#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/policy/policy.h"

namespace multistate {

/// The sequential part of the block scan: what has to be known token by token.
///
/// Rows that are evicted stay as dead slots until the block ends. All memory is there before the
/// first step of a block: a step allocates nothing, calls no tensor operation and makes no virtual
/// call but to the policy.
class BlockSteps {
 public:
  /// Keeps references to all.
  BlockSteps(const SetInputs& inputs, const PolicySetup& setup, int64_t layer,
             LayerState::Set& set);

  /// Turns `logits` [H, B, N], on the CPU and in float32, of the tokens [first, first + B) of the
  /// call into softmax weights, in place: 0 for rows that were dead at the token's step or came
  /// later. The last B of the set's N rows are those of the tokens. The policy decides after each.
  void run(const at::Tensor& logits, int64_t first);

  /// The slots that died in the last run, ascending.
  std::span<const int64_t> evicted() const { return evicted_; }

 private:
  /// Where a block's numbers are.
  struct Block {
    float* weights = nullptr;  ///< [H, B, N]
    int64_t tokens = 0;        ///< B
    int64_t rows = 0;          ///< N
    HeadMatrices queries;      ///< [H][T][D], from the block's first token on.
    HeadMatrices keys;
    HeadMatrices values;
  };

  void reserve(const Block& block);
  void step(const Block& block, int64_t token);
  void attend(const Block& block, int64_t token);
  void decide_and_mark(const Block& block, int64_t token, int64_t position);

  const SetInputs& inputs_;
  const PolicySetup& setup_;
  int64_t layer_;
  LayerState::Set& set_;
  int64_t live_rows_ = 0;
  std::vector<uint8_t> live_;
  std::vector<float> bias_;  ///< 0 for live slots, -infinity for dead ones.
  std::vector<float> scratch_;
  std::vector<int64_t> evicted_;
  Evictions evictions_;
};

}  // namespace multistate
