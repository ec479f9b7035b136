#pragma once

#include <span>

namespace multistate {

/// sum_i a[i] * b[i] of two vectors of the same size, in single precision and always in the same
/// order.
float dot(std::span<const float> a, std::span<const float> b);

/// The largest dot(a, x) of any x with least[i] <= x[i] <= largest[i], in the same way.
float largest_dot(std::span<const float> a, std::span<const float> least,
                  std::span<const float> largest);

/// sum_i (a[i] - b[i])^2, in the same way.
float squared_distance(std::span<const float> a, std::span<const float> b);

/// x' M x of a square matrix in row-major order, M.size() == x.size()^2, in single precision and
/// always in the same order.
float quadratic_form(std::span<const float> matrix, std::span<const float> x);

/// y[i] += factor * x[i].
void add_scaled(float factor, std::span<const float> x, std::span<float> y);

/// exp(x[i]) / sum_j exp(x[j]) in the place of x[i]; -infinity gives 0. All become NaN where one
/// is, or where all are -infinity.
void softmax(std::span<float> x);

}  // namespace multistate
