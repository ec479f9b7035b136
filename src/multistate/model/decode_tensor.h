#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/model/dequantize.h"

namespace multistate {

/// A float32 tensor of `shape` from the stored blocks, which hold exactly that many values.
at::Tensor decode_tensor(const TensorType& type, std::span<const std::byte> blocks,
                         const std::vector<int64_t>& shape);

}  // namespace multistate
