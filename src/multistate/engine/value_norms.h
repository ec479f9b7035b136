#pragma once

#include <ATen/core/Tensor.h>

namespace multistate {

/// How long values are in the hidden state: norms[t] = the mean over query heads of the sum of the
/// absolute elements of v W, where v is the value of token t that the head reads and W its part of
/// the output projection. `values` [G, T, D], `output` [H, D, C], `norms` [T].
///
/// Feng et al., Identify Critical KV Cache in LLM Inference from an Output Perturbation
/// Perspective, arXiv:2502.03805, section 3.3.
void write_value_norms(const at::Tensor& values, const at::Tensor& output, float* norms);

}  // namespace multistate
