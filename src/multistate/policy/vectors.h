#pragma once

#include <span>

namespace multistate {

/// sum_i a[i] * b[i] of two vectors of the same size, in single precision and always in the same
/// order.
float dot(std::span<const float> a, std::span<const float> b);

/// sum_i (a[i] - b[i])^2, in the same way.
float squared_distance(std::span<const float> a, std::span<const float> b);

/// y[i] += factor * x[i].
void add_scaled(float factor, std::span<const float> x, std::span<float> y);

}  // namespace multistate
