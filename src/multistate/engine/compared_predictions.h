#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/logits.h"

namespace multistate {

/// How a policy's prediction of a token differs from the full cache's.
struct Divergence {
  double kl = 0.0;                  ///< KL(full || policy) over the vocabulary, in nats.
  bool same_top = true;             ///< Whether both find the same token the likeliest.
  double probability_change = 0.0;  ///< p_policy - p_full of the token that comes.
};

/// Predictions of a policy, and by token how they differ from the full cache's.
struct ComparedPredictions {
  Predictions predictions;
  std::vector<Divergence> divergences;
};

/// What predict() gives for a policy's hidden states [T, C], to the last bit, and how it differs
/// from what it gives for the full cache's, `full` [T, C]. Both rows of logits pass once, a piece
/// of the vocabulary at a time. The time that the policy's own predictions take is added to
/// `seconds`, that of the comparison is not.
ComparedPredictions predict_and_compare(const Transformer& model, const at::Tensor& hidden,
                                        const at::Tensor& full, std::span<const int64_t> targets,
                                        double& seconds);

}  // namespace multistate
