#pragma once

#include <cstdint>
#include <vector>

namespace multistate {

/// Replaces numbers that share a range by what is left of them in `bits` bits: the nearest of the
/// 2^bits from the least to the largest, at equal distances. In single precision, operation by
/// operation as Quantization is defined, since a number in the middle may fall either way.
void quantize_naively(const std::vector<double*>& numbers, int64_t bits);

}  // namespace multistate
