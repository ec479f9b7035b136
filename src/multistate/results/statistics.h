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

/// Geometric mean (m_1 ... m_k)^(1/k) of the means of k >= 1 columns, none of their numbers
/// negative. Row i of the columns holds the sums over the counts[i] values of one observation, so
/// that m_j = sum_i x_ij / sum_i counts[i]. Standard error by the delta method: that of
/// ratio_of_sums() with the numerators G / k * sum_j x_ij / m_j and the denominators counts[i].
/// None where a mean is 0 and the method does not hold.
Estimate geometric_mean_of(std::span<const std::vector<double>> columns,
                           std::span<const double> counts);

}  // namespace multistate
