#include "multistate/model/product.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/mv.h>

namespace multistate {

at::Tensor product(const at::Tensor& x, const at::Tensor& weight) {
  if (x.size(0) == 1) {
    return at::mv(weight.t(), x.select(0, 0)).unsqueeze(0);
  }
  return at::matmul(x, weight);
}

void add_product(const at::Tensor& sum, const at::Tensor& x, const at::Tensor& weight) {
  if (x.size(0) == 1) {
    sum.select(0, 0).addmv_(weight.t(), x.select(0, 0));
    return;
  }
  sum.addmm_(x, weight);
}

}  // namespace multistate
