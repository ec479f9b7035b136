#pragma once

#include <span>

namespace multistate {

/// Whether none of the numbers is NaN or infinite.
bool all_finite(std::span<const float> numbers);

}  // namespace multistate
