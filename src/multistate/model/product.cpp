#include "multistate/model/product.h"

#include <atomic>

#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mv.h>

#include "multistate/model/host_memory.h"
#include "multistate/model/skinny_product.h"

namespace multistate {
namespace {

std::atomic<bool> blas_has_threads = false;

/// Whether x and weight are what a skinny product takes, and BLAS would not be faster.
bool is_skinny(const at::Tensor& x, const at::Tensor& weight) {
  const bool fits = is_host_floats(x) && weight.is_cpu() && x.size(0) <= kSkinnyRows &&
                    (weight.stride(0) == 1 || weight.stride(1) == 1);
  return fits && (weight.scalar_type() == at::kBFloat16 ||
                  (weight.scalar_type() == at::kFloat && !blas_has_threads));
}

template <class T>
WeightMatrix<T> matrix_of(const at::Tensor& weight) {
  const bool by_input = weight.stride(1) == 1;
  return {.data = static_cast<const T*>(weight.data_ptr()),
          .order = by_input ? WeightOrder::kByInput : WeightOrder::kByOutput,
          .in = weight.size(0),
          .stride = weight.stride(by_input ? 0 : 1)};
}

void multiply_skinny(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& out) {
  const FewRows<const float> from = {x.data_ptr<float>(), x.size(0), x.stride(0)};
  const FewRows<float> to = {out.data_ptr<float>(), out.size(0), out.stride(0)};
  if (weight.scalar_type() == at::kFloat) {
    skinny_product(from, matrix_of<float>(weight), weight.size(1), to);
  } else {
    skinny_product(from, matrix_of<uint16_t>(weight), weight.size(1), to);
  }
}

at::Tensor skinny(const at::Tensor& x, const at::Tensor& weight) {
  auto out = at::empty({x.size(0), weight.size(1)}, x.options());
  multiply_skinny(x, weight, out);
  return out;
}

}  // namespace

void let_blas_use_threads(bool use) {
  blas_has_threads = use;
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight) {
  if (is_skinny(x, weight)) {
    return skinny(x, weight);
  }
  if (x.size(0) == 1 && x.scalar_type() == weight.scalar_type()) {
    return at::mv(weight.t(), x.select(0, 0)).unsqueeze(0);
  }
  return at::matmul(x.to(weight.scalar_type()), weight).to(x.scalar_type());
}

at::Tensor exact_product(const at::Tensor& x, const at::Tensor& weight) {
  return is_skinny(x, weight) ? skinny(x, weight) : product(x, weight.to(x.scalar_type()));
}

void batched_product(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) {
  if (!is_skinny(x.select(0, 0), weight.select(0, 0))) {
    at::bmm_out(out, x, weight.to(x.scalar_type()));
    return;
  }
  for (int64_t i = 0; i < x.size(0); ++i) {
    multiply_skinny(x.select(0, i), weight.select(0, i), out.select(0, i));
  }
}

}  // namespace multistate
