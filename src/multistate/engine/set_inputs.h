#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/model/transformer.h"

namespace multistate {

/// The part of a call's tensors that belongs to one set of rows. G key/value heads of the set, H
/// query heads of the set, T tokens of the call. Views.
struct SetInputs {
  at::Tensor queries;                    ///< [G, H/G, T, D]
  at::Tensor keys;                       ///< [G, T, D]
  at::Tensor values;                     ///< [G, T, D]
  at::Tensor attended;                   ///< [T, G, H/G, D], to be filled in.
  std::span<const int64_t> ids = {};     ///< [T]; see Qkv.
  at::Tensor output = {};                ///< [H, D, C]; see Qkv.
  double scale = 1.0;                    ///< Factor of all logits.
  std::optional<double> logit_cap = {};  ///< c: logits become c * tanh(logit / c).
  std::optional<int64_t> window = {};    ///< See AttentionSpec.

  int64_t heads() const { return queries.size(0) * queries.size(1); }
  int64_t kv_heads() const { return queries.size(0); }
  int64_t tokens() const { return queries.size(2); }
  int64_t head_size() const { return queries.size(3); }

  /// Caps `size` logits, if there is a cap.
  void cap(float* logits, int64_t size) const;
};

/// Space for what the tokens of `qkv` attend to: [T, G, H/G, D], all heads of the layer.
at::Tensor make_attended(const Qkv& qkv);

/// The inputs of set `index` of `sets` of a layer that attends like `attention`.
SetInputs inputs_of_set(const Qkv& qkv, const at::Tensor& attended, const AttentionSpec& attention,
                        int64_t index, int64_t sets);

/// A tensor [heads, ..., size] where a policy can read it, in float32. `holder` keeps a copy alive
/// when one is needed.
HeadMatrices readable(const at::Tensor& tensor, at::Tensor& holder);

/// Appends the rows of the tokens [first, first + count) of the call to their set, with their ids
/// and the norms of their values where the policy reads them.
void append_rows(const LayerState& state, LayerState::Set& set, const SetInputs& inputs,
                 int64_t first, int64_t count);

/// What of a set's description does not depend on the step.
void describe_heads(const LayerState& state, LayerState::Set& set, StepData& data);

/// Completes the description of the newest token's step, whose live slots and matrices `data` shows
/// already: what the state knows of it. Takes the query, which RoPE has rotated to `place`, into
/// the set's statistics, and among the queries of its prompt, where the policy reads them, so it is
/// called once a step.
void describe_set(const LayerState& state, LayerState::Set& set, StepData& data, double place);

/// Scores of the rows by the future, as Needs::future says, where the policy reads them, else
/// undefined: [T, T] in float32 on the CPU, a row a step and a column a position. Throws
/// PolicyError when the call's tokens are not a whole sample.
at::Tensor future_of_set(const LayerState& state, const LayerState::Set& set,
                         const SetInputs& inputs);

/// Shows the row of `future` for the step that `data` describes, gathered into `buffer`.
void show_future(const at::Tensor& future, std::span<float> buffer, StepData& data);

}  // namespace multistate
