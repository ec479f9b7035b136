#include "multistate/model/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>

namespace multistate {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const auto mean_square = x.square().mean({-1}, /*keepdim=*/true);
  return (x * at::rsqrt(mean_square.add_(epsilon))).mul_(weight);
}

RotaryTable make_rotary_table(int64_t first_position, int64_t tokens, int64_t head_size,
                              double theta, const at::TensorOptions& options) {
  const int64_t half = head_size / 2;
  const auto exact = options.dtype(at::kDouble);
  const auto exponents = at::arange(half, exact).mul_(-1.0 / static_cast<double>(half));
  const auto frequencies = at::pow(theta, exponents);
  const auto positions = at::arange(first_position, first_position + tokens, exact);
  const auto angles = positions.unsqueeze(1) * frequencies.unsqueeze(0);
  return {angles.cos().to(options), angles.sin().to(options)};
}

at::Tensor rotate(const at::Tensor& x, const RotaryTable& table) {
  const int64_t half = x.size(2) / 2;
  const auto low = x.narrow(2, 0, half);
  const auto high = x.narrow(2, half, half);
  return at::cat({low * table.cos - high * table.sin, high * table.cos + low * table.sin}, 2);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
  const int64_t size = gate_up.size(1) / 2;
  return at::silu(gate_up.narrow(1, 0, size)).mul_(gate_up.narrow(1, size, size));
}

}  // namespace multistate
