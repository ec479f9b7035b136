#pragma once

#include <cstdint>

namespace multistate {

/// More than this of anything that is counted (tokens, rows, samples) is a slip of the finger, and
/// sums of such numbers still fit an int64.
inline constexpr int64_t kLargestCount = int64_t{1} << 40;

}  // namespace multistate
