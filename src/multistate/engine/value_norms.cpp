#include "multistate/engine/value_norms.h"

#include <algorithm>

#include <ATen/ops/zeros.h>

#include "multistate/model/product.h"

namespace multistate {

void write_value_norms(const at::Tensor& values, const at::Tensor& output, float* norms) {
  const int64_t tokens = values.size(1);
  const int64_t heads = output.size(0);
  const int64_t group = heads / values.size(0);
  auto sums = at::zeros({tokens}, values.options().dtype(at::kFloat));
  // Head by head: all that is projected at once would take H times what the hidden states do.
  for (int64_t head = 0; head < heads; ++head) {
    const auto of_head = values.select(0, head / group).to(at::kFloat);
    sums.add_(exact_product(of_head, output.select(0, head)).abs().sum(1));
  }
  const auto means = sums.div(static_cast<double>(heads)).to(at::kCPU);
  std::copy_n(means.data_ptr<float>(), tokens, norms);
}

}  // namespace multistate
