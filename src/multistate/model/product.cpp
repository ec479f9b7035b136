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

}  // namespace multistate
