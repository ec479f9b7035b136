#pragma once

#include <optional>
#include <span>
#include <vector>

namespace multistate {

/// A number with its standard error; none when one observation gives no idea of it.
struct Estimate {
  double value = 0.0;
  std::optional<double> standard_error;
};

/// Mean of n >= 1 observations; standard error s / sqrt(n) with s^2 = sum (x - mean)^2 / (n - 1).
Estimate mean_of(std::span<const double> values);

/// R = sum(numerators) / sum(denominators) over n >= 1 independent pairs (chunks with their losses
/// and tokens). Standard error by linearisation: sqrt(sum d_i^2 / (n (n - 1))) / mean(denominators)
/// with d_i = y_i - R x_i, for a population much larger than the sample (Cochran, Sampling
/// Techniques, 3rd ed., 1977, section 6.4).
Estimate ratio_of_sums(std::span<const double> numerators, std::span<const double> denominators);

/// exp of an estimate; standard error exp(x) * se(x), the first-order delta method (Casella and
/// Berger, Statistical Inference, 2nd ed., 2002, section 5.5.4).
Estimate exponential(const Estimate& estimate);

/// Geometric mean (m_1 ... m_k)^(1/k) of the means of k >= 1 columns of n >= 1 values each, none of
/// them negative; row i of the columns is one observation. Standard error by the delta method:
/// sqrt(sum d_i^2 / (n (n - 1))) with d_i = G / k * sum_j (x_ij - m_j) / m_j. None where a mean is
/// 0 and the method does not hold.
Estimate geometric_mean_of(std::span<const std::vector<double>> columns);

}  // namespace multistate
