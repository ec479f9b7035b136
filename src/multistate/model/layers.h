#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/checkpoint/decoder_spec.h"

namespace multistate {

/// Each is written twice: for float32 on the CPU in one pass over memory (row_kernels.h), and in
/// plain ATen for everything else, which is also what the tests hold the first against.

/// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension (Zhang and Sennrich,
/// arXiv:1910.07467).
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias over the last dimension (Ba et al.,
/// arXiv:1607.06450).
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double epsilon);

/// Cosines and sines for rotary position embedding, [T, R / 2] each, where R elements of a head
/// turn.
struct RotaryTable {
  at::Tensor cos;
  at::Tensor sin;
};

/// The table for T places, which need not be integers: angle(t, i) = places[t] * frequencies[i],
/// computed in float64 and stored as `options` says.
RotaryTable make_rotary_table(std::span<const double> places, std::span<const double> frequencies,
                              const at::TensorOptions& options);

/// Turns the first R elements of the vectors of x [heads, T, D] by the table, in place, in the
/// half-split form: element i is paired with i + R/2.
void rotate_in_place(const at::Tensor& x, const RotaryTable& table);

/// activation(gate) * up for [T, 2 * F], gate first (Shazeer, GLU Variants Improve Transformer,
/// arXiv:2002.05202).
at::Tensor gated(const at::Tensor& gate_up, Activation activation);

at::Tensor activate(const at::Tensor& x, Activation activation);

/// cap * tanh(x / cap), in place.
void cap_in_place(const at::Tensor& x, double cap);

}  // namespace multistate
