#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/model/transformer.h"

namespace multistate {

/// -log p(targets[t]) in nats for each of T tokens, from the last layer's hidden states [T, C].
/// Logits are made for a piece of the vocabulary at a time, never for all of it.
std::vector<double> cross_entropy(const Transformer& model, const at::Tensor& hidden,
                                  std::span<const int64_t> targets);

}  // namespace multistate
