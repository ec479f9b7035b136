#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/engine/row_trace.h"

namespace multistate {

/// Of the attention that the full cache's queries give to the rows of one set, the part that falls
/// on rows which a policy has evicted by then: summed over queries, each of which gives 1, and
/// averaged over the heads of the set. `received` is future_attention() with gamma 1 of the full
/// cache's queries and keys for the heads of the set, [T, T] with float32 entries; `trace` tells
/// when the policy evicted each of the T rows. The kept attention mass is 1 - lost / T.
double lost_attention(const at::Tensor& received, const RowTrace& trace);

/// The full cache's attention in one sample, kept in such a form that the attention mass that any
/// policy keeps follows from its traces in O(T) a set: for every layer, key/value head, row i and
/// step t >= i, what the queries after t give row i, averaged over the heads of the group.
///
/// Numbers are stored in float16 (relative error 2^-12, below 6e-5 an absolute one of 3e-8), which
/// adds about 1e-5 to the error of a mean over rows.
class FullAttention {
 public:
  FullAttention(int64_t layers, int64_t kv_heads, int64_t tokens);

  /// Memory that it takes: L * G * T * (T + 1) bytes.
  static int64_t bytes(int64_t layers, int64_t kv_heads, int64_t tokens);

  /// Takes in `received` of a key/value head, as lost_attention() has it.
  void set(int64_t layer, int64_t kv_head, const at::Tensor& received);

  /// By layer, the share of the full cache's attention that falls on rows which the policy held at
  /// that step: averaged over queries, sets and heads. 1 where nothing was evicted. The sample has
  /// to be through; throws std::invalid_argument when it is another length.
  std::vector<double> kept_by_layer(const SampleState& state) const;

 private:
  double lost(int64_t layer, int64_t kv_head, const RowTrace& trace) const;

  int64_t kv_heads_;
  int64_t tokens_;
  std::vector<at::Tensor> received_;  ///< By layer and key/value head: [T * (T + 1) / 2], row by
                                      ///< row the entries (t, i) with i <= t.
};

/// Attends as the full cache does, and takes its attention in. Takes the tokens of a whole sample
/// in one call.
class FullAttentionScan final : public LayerScan {
 public:
  /// Keeps a reference.
  explicit FullAttentionScan(FullAttention& attention) : attention_(attention) {}

  at::Tensor attend(const Qkv& qkv, LayerState& state) const override;

 private:
  FullAttention& attention_;
};

}  // namespace multistate
