#include "multistate/model/decode_tensor.h"

#include <ATen/ops/empty.h>

namespace multistate {

at::Tensor decode_tensor(const TensorType& type, std::span<const std::byte> blocks,
                         const std::vector<int64_t>& shape) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  type.decode(blocks, {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())});
  return tensor;
}

}  // namespace multistate
