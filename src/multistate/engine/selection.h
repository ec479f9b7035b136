#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/policy/query_view.h"

namespace multistate {

/// Lets the policy of a layer that selects rows choose those of one token and key/value head, and
/// holds it to its contract: every query reads one row or more, at most k, each once. `read` then
/// holds them in ascending order. Throws PolicyError with the policy's name, layer and step.
void choose_rows(const PolicySetup& setup, const QueryData& query, RowsRead& read);

/// Softmax weights of queries that read what a policy selects, for blocks of tokens in their order.
/// The sequential part of a selection is the range of the newest page; it takes no tensor
/// operation, and allocates nothing once a block has begun.
class Selection {
 public:
  /// Keeps references to state and set. The layer's policy selects rows.
  Selection(SetInputs inputs, const LayerState& state, LayerState::Set& set);

  /// Turns the logits [H/G, B, N] of the tokens [first, first + B) of the call for the rows of a
  /// key/value head, on the CPU and in float32, into weights in place: 0 for rows that come later
  /// or are not read. `keys` [N, D] are the head's, the last B those of the tokens.
  void attend(int64_t kv_head, int64_t first, const at::Tensor& logits, const at::Tensor& keys);

 private:
  void attend_one(int64_t token);
  void weigh(float* logits, std::span<const RowsRead::Range> ranges);

  SetInputs inputs_;
  const LayerState& state_;
  LayerState::Set& set_;
  QueryData query_;
  RowsRead read_;
  float* logits_ = nullptr;  ///< [H/G][B][N]
  int64_t tokens_ = 0;       ///< B
  int64_t rows_ = 0;         ///< N
  HeadMatrices queries_;     ///< heads x [B][D]
  std::vector<float> scratch_;
  std::vector<float> weights_;  ///< Of the rows that a query reads.
};

}  // namespace multistate
