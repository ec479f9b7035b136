#pragma once

#include <vector>

#include "multistate/checkpoint/model_file.h"

namespace multistate::test {

/// A weight's numbers, row-major.
inline std::vector<float> weight_values(const ModelFile& file, const WeightId& id) {
  int64_t size = 1;
  for (const int64_t one : shape_of(file.spec(), id)) {
    size *= one;
  }
  std::vector<float> numbers(static_cast<size_t>(size));
  file.read_weight(id, numbers);
  return numbers;
}

}  // namespace multistate::test
