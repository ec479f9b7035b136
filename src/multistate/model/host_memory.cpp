#include "multistate/model/host_memory.h"

#include <ATen/ops/empty.h>

namespace multistate {

bool is_host_floats(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.stride(-1) == 1;
}

at::Tensor host_space(const at::Tensor& x) {
  if (x.is_cpu() && x.scalar_type() == at::kFloat) {
    return x;
  }
  return at::empty(x.sizes(), at::TensorOptions(at::kFloat).pinned_memory(x.is_cuda()));
}

at::Tensor to_host(const at::Tensor& x) {
  const auto host = host_space(x);
  return host.is_same(x) ? host : host.copy_(x);
}

void from_host(const at::Tensor& host, const at::Tensor& x) {
  if (!host.is_alias_of(x)) {
    x.copy_(host);
  }
}

}  // namespace multistate
