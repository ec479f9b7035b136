#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/engine/moving_rows.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/engine/step_buffers.h"
#include "multistate/policy/policy.h"
#include "multistate/state/live_bytes.h"

namespace multistate {

/// Keys and values [G, N, D] that the tokens of a block attend to.
struct BlockRows {
  at::Tensor keys;
  at::Tensor values;
};

/// The sequential part of the block scan for one set of rows: what has to be known token by token.
///
/// Rows that are evicted stay as dead slots until the block ends. All memory is there before the
/// first step of a block: a step allocates nothing, calls no tensor operation and makes no virtual
/// call.
class BlockSteps {
 public:
  /// Keeps references to state and set.
  BlockSteps(SetInputs inputs, const LayerState& state, LayerState::Set& set);

  const SetInputs& inputs() const { return inputs_; }

  /// Starts a block: `logits` [H, B, N], on the CPU and in float32, of the tokens [first, first +
  /// B) of the call for `rows`, all that the set holds. The last B of these are those of the
  /// tokens. Where rows move (PolicySetup::rotates_anew) the logits' content is not read.
  void begin(const at::Tensor& logits, const BlockRows& rows, int64_t first);

  /// Turns the logits of token `token` of the block into softmax weights, in place: 0 for rows that
  /// were dead at its step or came later. Describes the step for the policy to decide about.
  void attend(int64_t token, StepData& data);

  /// [visible rows], for the policy's scores.
  std::span<float> scores(const StepData& data) {
    return buffers_.scores(static_cast<int64_t>(data.positions.size()));
  }

  /// Marks the rows that go after the step.
  void evict(const Evictions& evictions);

  /// The rows that are alive.
  LayerState::Held held() const { return {live_rows_, live_bytes_.bytes()}; }

  /// The slots that died in this block, ascending. The block is over.
  std::span<const int64_t> end();

 private:
  void find_matrices(const BlockRows& rows, int64_t first);
  void reserve();
  void softmax(int64_t token, int64_t visible);
  void describe(int64_t token, int64_t visible, StepData& data);

  /// Evicts the row that the layer's window passes with this step. It has attended, so its weights
  /// are put aside until the policy, for which it is dead, has decided.
  void leave_window(int64_t token);
  void restore_weights();

  /// Marks a row as evicted.
  void remove(int64_t row);

  SetInputs inputs_;
  const LayerState& state_;
  LayerState::Set& set_;
  at::Tensor future_;  ///< See future_of_set().
  std::optional<MovingRows> moving_;
  float* weights_ = nullptr;  ///< [H, B, N]
  int64_t tokens_ = 0;        ///< B
  int64_t rows_ = 0;          ///< N
  int64_t first_ = 0;         ///< Index in the call of the block's first token.
  HeadMatrices queries_;      ///< [H][T][D], from the block's first token on.
  HeadMatrices keys_;
  HeadMatrices values_;
  at::Tensor queries_holder_;
  at::Tensor keys_holder_;
  at::Tensor values_holder_;
  int64_t live_rows_ = 0;
  LiveBytes live_bytes_;
  std::vector<uint8_t> live_;
  std::vector<float> bias_;  ///< 0 for live slots, -infinity for dead ones.
  StepBuffers buffers_;
  std::vector<int64_t> evicted_;
  int64_t oldest_ = 0;                ///< No slot before it is alive.
  float* aside_ = nullptr;            ///< Where the weights that are put aside belong, if any are.
  std::vector<float> aside_weights_;  ///< [H]
};

}  // namespace multistate
