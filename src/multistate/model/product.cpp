#include "multistate/model/product.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mv.h>

#include "multistate/model/bfloat16_product.h"

namespace multistate {
namespace {

/// One row of floats by a weight in bfloat16, on the CPU.
bool is_widened_row(const at::Tensor& x, const at::Tensor& weight) {
  return x.size(0) == 1 && x.is_cpu() && x.scalar_type() == at::kFloat && x.stride(1) == 1 &&
         weight.scalar_type() == at::kBFloat16 &&
         (weight.is_contiguous() || weight.t().is_contiguous());
}

at::Tensor widened_row(const at::Tensor& x, const at::Tensor& weight) {
  const auto out = at::empty({1, weight.size(1)}, x.options());
  const auto* numbers = reinterpret_cast<const uint16_t*>(weight.data_ptr<at::BFloat16>());
  const auto multiply = weight.is_contiguous() ? multiply_by_rows : multiply_by_columns;
  multiply(x.data_ptr<float>(), numbers, weight.size(0), weight.size(1), out.data_ptr<float>());
  return out;
}

}  // namespace

at::Tensor product(const at::Tensor& x, const at::Tensor& weight) {
  if (is_widened_row(x, weight)) {
    return widened_row(x, weight);
  }
  if (x.size(0) == 1 && x.scalar_type() == weight.scalar_type()) {
    return at::mv(weight.t(), x.select(0, 0)).unsqueeze(0);
  }
  return at::matmul(x.to(weight.scalar_type()), weight).to(x.scalar_type());
}

at::Tensor exact_product(const at::Tensor& x, const at::Tensor& weight) {
  return is_widened_row(x, weight) ? widened_row(x, weight)
                                   : product(x, weight.to(x.scalar_type()));
}

}  // namespace multistate
