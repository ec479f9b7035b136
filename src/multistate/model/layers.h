#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

namespace multistate {

/// Each is written twice: for float32 on the CPU in one pass over memory (row_kernels.h), and in
/// plain ATen for everything else, which is also what the tests hold the first against.

/// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension (Zhang and Sennrich,
/// arXiv:1910.07467).
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// Cosines and sines for rotary position embedding, [T, D / 2] each.
struct RotaryTable {
  at::Tensor cos;
  at::Tensor sin;
};

/// Angles by which neighbouring positions differ, [D / 2]: theta^(-2i/D) (Su et al., RoFormer,
/// arXiv:2104.09864).
std::vector<double> rotary_frequencies(int64_t head_size, double theta);

/// The table for T places, which need not be integers: angle(t, i) = places[t] * frequencies[i],
/// computed in float64 and stored as `options` says.
RotaryTable make_rotary_table(std::span<const double> places, std::span<const double> frequencies,
                              const at::TensorOptions& options);

/// Turns x [heads, T, D] by the table, in place, in the half-split form of Llama: element i is
/// paired with i + D/2.
void rotate_in_place(const at::Tensor& x, const RotaryTable& table);

/// silu(gate) * up for [T, 2 * F], gate first (Shazeer, GLU Variants Improve Transformer,
/// arXiv:2002.05202).
at::Tensor swiglu(const at::Tensor& gate_up);

}  // namespace multistate
