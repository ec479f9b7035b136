#pragma once

#include <cstdint>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

/// Where key and value [G][D] of a row are.
struct NaiveVectors {
  std::vector<double>* key = nullptr;
  std::vector<double>* value = nullptr;
};

/// Replaces keys and values of rows that are quantised together by what is left of them;
/// `head_size` is D. See Quantization.
///
/// In single precision, operation by operation as it is defined, since a number in the middle of
/// two codes may fall either way.
void quantize_together(const std::vector<NaiveVectors>& rows, int64_t head_size,
                       const Quantization& how);

}  // namespace multistate
