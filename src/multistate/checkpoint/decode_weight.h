#pragma once

#include <cstddef>
#include <span>

#include "multistate/checkpoint/dequantize.h"
#include "multistate/checkpoint/weight_layout.h"

namespace multistate {

/// Writes the weight that `place` finds in a stored tensor to `numbers`, row-major. `blocks` are
/// the whole tensor as `type` stores it.
void decode_weight(const TensorType& type, std::span<const std::byte> blocks,
                   const WeightPlace& place, std::span<float> numbers);

}  // namespace multistate
