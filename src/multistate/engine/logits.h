#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/model/transformer.h"

namespace multistate {

/// What the model says of T tokens before it sees them.
struct Predictions {
  std::vector<double> losses;      ///< [T]: -log p(token), in nats.
  std::vector<int64_t> likeliest;  ///< [T]: the id with the largest logit, of equals the smallest;
                                   ///< -1 where a logit is NaN.

  void append(const Predictions& more);
};

/// Logits of some ids: [T, ids], on the CPU in float32, from id `first` on.
struct LogitPiece {
  const float* logits = nullptr;
  int64_t first = 0;
  int64_t ids = 0;
};

/// Shows the logits of the last layer's hidden states [T, C], a piece of the vocabulary at a time,
/// in the order of ids: they are never all in memory.
void visit_logits(const Transformer& model, const at::Tensor& hidden,
                  const std::function<void(const LogitPiece&)>& visit);

/// How the hidden states [T, C] predict `targets` [T], in one pass over the logits.
Predictions predict(const Transformer& model, const at::Tensor& hidden,
                    std::span<const int64_t> targets);

/// The largest difference, over the vocabulary, of the logits of each of T tokens in `left` and
/// `right`, hidden states [T, C]; NaN where either has a NaN.
std::vector<double> largest_logit_differences(const Transformer& model, const at::Tensor& left,
                                              const at::Tensor& right);

}  // namespace multistate
