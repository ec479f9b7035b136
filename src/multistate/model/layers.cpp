#include "multistate/model/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>

#include "multistate/model/host_memory.h"
#include "multistate/model/row_kernels.h"

namespace multistate {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (is_host_floats(x) && x.is_contiguous()) {
    auto out = at::empty_like(x);
    rms_norm_rows(x.data_ptr<float>(), weight.data_ptr<float>(), static_cast<float>(epsilon),
                  x.numel() / x.size(-1), x.size(-1), out.data_ptr<float>());
    return out;
  }
  const auto mean_square = x.square().mean({-1}, /*keepdim=*/true);
  return (x * at::rsqrt(mean_square.add_(epsilon))).mul_(weight);
}

RotaryTable make_rotary_table(std::span<const double> places, std::span<const double> frequencies,
                              const at::TensorOptions& options) {
  const auto on_device = [&](std::span<const double> x) {
    return at::tensor(at::ArrayRef<double>(x.data(), x.size()), at::kDouble).to(options.device());
  };
  const auto angles = on_device(places).unsqueeze(1) * on_device(frequencies).unsqueeze(0);
  return {angles.cos().to(options), angles.sin().to(options)};
}

void rotate_in_place(const at::Tensor& x, const RotaryTable& table) {
  const int64_t half = table.cos.size(1);
  if (half == 0) {
    return;
  }
  if (is_host_floats(x)) {
    for (int64_t token = 0; token < x.size(1); ++token) {
      rotate_heads(x.data_ptr<float>() + token * x.stride(1), x.size(0), x.stride(0),
                   table.cos.data_ptr<float>() + token * half,
                   table.sin.data_ptr<float>() + token * half, half);
    }
    return;
  }
  const auto low = x.narrow(2, 0, half);
  const auto high = x.narrow(2, half, half);
  x.narrow(2, 0, 2 * half)
      .copy_(at::cat({low * table.cos - high * table.sin, high * table.cos + low * table.sin}, 2));
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double epsilon) {
  return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh:
      return at::gelu(x, "tanh");
    case Activation::kSilu:
      break;
  }
  return at::silu(x);
}

at::Tensor gated(const at::Tensor& gate_up, Activation activation) {
  const int64_t size = gate_up.size(1) / 2;
  const bool fast = activation != Activation::kGelu;
  if (fast && is_host_floats(gate_up) && gate_up.is_contiguous()) {
    auto out = at::empty({gate_up.size(0), size}, gate_up.options());
    const auto rows = activation == Activation::kSilu ? swiglu_rows : geglu_rows;
    rows(gate_up.data_ptr<float>(), gate_up.size(0), size, out.data_ptr<float>());
    return out;
  }
  return activate(gate_up.narrow(1, 0, size), activation).mul_(gate_up.narrow(1, size, size));
}

void cap_in_place(const at::Tensor& x, double cap) {
  x.div_(cap).tanh_().mul_(cap);
}

}  // namespace multistate
