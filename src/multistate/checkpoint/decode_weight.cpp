#include "multistate/checkpoint/decode_weight.h"

#include <algorithm>
#include <vector>

namespace multistate {

void decode_weight(const TensorType& type, std::span<const std::byte> blocks,
                   const WeightPlace& place, std::span<float> numbers) {
  if (place.rows() == place.shape.front() && place.interleaved_heads == 0) {
    type.decode(blocks, numbers);
  } else {
    const auto columns = static_cast<size_t>(place.columns());
    std::vector<float> stored(static_cast<size_t>(place.shape.front()) * columns);
    type.decode(blocks, stored);
    for (int64_t row = 0; row < place.rows(); ++row) {
      const auto source =
          std::span(stored).subspan(static_cast<size_t>(place.stored_row(row)) * columns, columns);
      std::copy(source.begin(), source.end(),
                numbers.begin() + row * static_cast<int64_t>(columns));
    }
  }
  if (place.offset != 0.0) {
    for (float& number : numbers) {
      number += static_cast<float>(place.offset);
    }
  }
}

}  // namespace multistate
