#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_scan.h"
#include "multistate/engine/layer_state.h"
#include "multistate/model/transformer.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Use of the state during one sample, over all layers and row sets.
struct StateUse {
  int64_t peak_rows = 0;   ///< Most rows that one set held after a step.
  int64_t peak_bytes = 0;  ///< All sets of all layers, each at its most.
  int64_t evictions = 0;
  int64_t rows_created = 0;
  int64_t total_lifetime = 0;  ///< See RowTrace::total_lifetime.
};

/// Seconds by phase of one sample.
struct PhaseSeconds {
  double linears = 0.0;  ///< Projections, MLP, norms, embedding.
  double scan = 0.0;     ///< Attention, policy, eviction.
  double logits = 0.0;   ///< Output head and loss.
};

struct Evaluation {
  /// [T - 1]: -log p(token t + 1 | tokens up to t, as far as the state still holds them), in nats.
  std::vector<double> losses;
  StateUse state;
  PhaseSeconds seconds;
};

/// Teacher-forced evaluation of one sample, layer by layer.
///
/// What layer l evicts depends only on its own attention, so a layer can finish all tokens before
/// the next one starts: its linears become products over all tokens, and the result equals that of
/// running token by token through all layers.
class Evaluator {
 public:
  /// `scan`: how layers attend; the one made for the policy unless given. Keeps references to model
  /// and setup.
  Evaluator(const Transformer& model, const PolicySetup& setup, const LayerScan* scan = nullptr);

  /// Losses of `ids` (at least two) from an empty state.
  Evaluation evaluate(std::span<const int64_t> ids, SampleSeed seed) const;

  /// Hidden states [T, C] of the last layer, before the final norm, from an empty state.
  at::Tensor hidden_states(std::span<const int64_t> ids, SampleSeed seed, Evaluation& use) const;

 private:
  std::vector<double> losses(const at::Tensor& hidden, std::span<const int64_t> ids) const;

  const Transformer& model_;
  const PolicySetup& setup_;
  const LayerScan& scan_;
};

}  // namespace multistate
