#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/set_inputs.h"
#include "multistate/policy/step_view.h"

namespace multistate {

/// Logits for a set of rows whose places change while a block of tokens runs (option `positions`:
/// in_cache, log_gap), so that keys would have to be rotated anew at every step.
///
/// When a row goes, all rows behind it move by the same distance. So keys are rotated once, to
/// their places at the block's start, and rows that have moved alike since make a run; a query is
/// rotated to where each run sees it. Of the D elements of a head the first R turn. Up to rounding
/// that is the token step's result. Once a block has begun nothing is allocated and no tensor
/// operation is called.
class MovingRows {
 public:
  /// Keeps references to state and set.
  MovingRows(SetInputs inputs, const LayerState& state, const LayerState::Set& set);

  /// Starts a block of the tokens [first, first + count) of the call, whose rows are the set's last
  /// ones. `keys` [G, N, D] are those before RoPE.
  void begin(const at::Tensor& keys, int64_t first, int64_t count);

  /// Writes the logits of token `token` of the block for the first `visible` of the set's N rows,
  /// dead ones included, to logits[head * head_stride + row].
  void write_logits(int64_t token, int64_t visible, float* logits, int64_t head_stride);

  /// The row in `slot`, which is alive, goes.
  void evict(int64_t slot);

 private:
  /// How far the row in `slot` brings those behind it and those before it together when it goes.
  double closing_gap(int64_t slot) const;

  /// Makes a run begin at `slot`. Returns its index.
  size_t split_at(int64_t slot);

  /// Finds the rotation of the token in `slot` to its place.
  void aim(int64_t slot);

  /// Rotates the token's queries to where run `run` sees them.
  void rotate_queries(int64_t token, size_t run);

  SetInputs inputs_;
  const LayerState& state_;
  const LayerState::Set& set_;
  at::Tensor keys_;                ///< [G, N, D], rotated to places_.
  at::Tensor queries_;             ///< [H, B, D], before RoPE, times the scale of logits.
  std::vector<double> places_;     ///< [N], at the block's start.
  std::vector<int64_t> previous_;  ///< By slot: the live one before it, -1 for none.
  std::vector<int64_t> next_;      ///< The live one behind it, or one that is to come; N for none.
  std::vector<int64_t> run_begins_;  ///< First slots, ascending; the first run begins at 0.
  std::vector<double> run_turns_;    ///< By run cosines, then sines of how far it has moved [R].
  std::vector<double> aim_;          ///< Of the token: cosines, then sines [R].
  std::vector<float> seen_;          ///< The same as a run sees it.
  std::vector<float> rotated_;       ///< [H, D]: queries, rotated so.
};

}  // namespace multistate
