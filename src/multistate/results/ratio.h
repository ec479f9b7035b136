#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/results/statistics.h"

namespace multistate {

/// How a metric follows from the sums of its samples:
///
///     value = transform(scale * sum numerators / sum denominators)
///
/// A mean has denominators 1. `exponential`: the transform is exp (perplexity), else none.
struct RatioForm {
  double scale = 1.0;
  bool exponential = false;

  double value(double ratio) const;
};

/// The samples of one cell; as many denominators as numerators.
struct RatioScores {
  std::span<const double> numerators;
  std::span<const double> denominators;

  size_t size() const { return numerators.size(); }
};

/// Sums over the samples of each unit, in the order in which units come first: units[i] is that of
/// values[i]. Samples of one unit (questions on one haystack) are no independent observations; sums
/// over them are, and the ratio of the sums is the same. Throws std::invalid_argument for other
/// than as many units as values.
std::vector<double> sums_by_unit(std::span<const double> values, std::span<const int64_t> units);

/// Sum of numerators by sum of denominators.
double ratio_of(const RatioScores& scores);

/// The metric with its standard error: ratio_of_sums() and exponential() of results/statistics.h.
Estimate estimate_of(const RatioScores& scores, const RatioForm& form);

/// value(a) - value(b) over the same n >= 1 samples, with the standard error of the paired
/// difference by linearisation: sqrt(sum e_i^2 / (n (n - 1))),
///
///     e_i = g_a (ya_i - Ra xa_i) / mean(xa) - g_b (yb_i - Rb xb_i) / mean(xb),
///
/// g the derivative of value() at the ratio R: scale, times the value when it is an exponential
/// (Cochran, Sampling Techniques, 3rd ed., 1977, sections 6.4 and 6.10; the delta method). With
/// equal denominators and no transform it is that of the mean of differences.
Estimate difference_of(const RatioScores& a, const RatioScores& b, const RatioForm& form);

/// Differences by sample, whose mean is scale * (Ra - Rb) exactly, linearised where both ratios are
/// equal (R0, of all samples together):
///
///     d_i = scale * ((ya_i - R0 xa_i) / mean(xa) - (yb_i - R0 xb_i) / mean(xb))
///
/// Where both have the same denominators (the same tokens) d_i is scale * (ya_i - yb_i) / mean(x):
/// then to change the sign of d_i is to exchange the two cells' results on sample i, and a
/// sign-flip test of them is exact. An exponential is left out: it changes no order, and equality
/// is the same.
std::vector<double> paired_differences(const RatioScores& a, const RatioScores& b,
                                       const RatioForm& form);

}  // namespace multistate
