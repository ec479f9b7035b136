#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "multistate/results/ratio.h"
#include "multistate/results/statistics.h"

namespace multistate::aggregate {

/// The share of intervals that should hold the truth.
inline constexpr double kConfidence = 0.95;

/// With fewer samples a bootstrap has too few different draws for the tails that it needs.
inline constexpr size_t kLeastForBootstrap = 8;

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// estimate -+ t * standard error, t the quantile of Student's t with n - 1 degrees of freedom:
/// exact for a mean of normal observations (Casella & Berger, Statistical Inference, 2nd ed., 2002,
/// section 9.2.1). None without a standard error. `confidence`: the share of such intervals that
/// should hold the truth; 1 - 0.05 / m for m intervals that together hold it in 95 % of cases
/// (Bonferroni).
std::optional<Interval> t_interval(const Estimate& estimate, size_t n,
                                   double confidence = kConfidence);

/// The same of a ratio, whose ends then become values of the metric: those of an exponential are
/// exponentials.
std::optional<Interval> t_interval(const RatioScores& scores, const RatioForm& form);

/// Which samples each replicate of a bootstrap draws: the same draws for everything that has the
/// same number of samples, which makes differences of two cells' replicates paired.
class BootstrapPlan {
 public:
  /// n >= 1 samples; the draws follow from seed, n and the number of replicates.
  BootstrapPlan(size_t n, size_t replicates, uint64_t seed);

  size_t samples() const { return samples_; }
  size_t replicates() const { return replicates_; }

  /// Of every replicate the ratio of sums over the samples that it drew.
  std::vector<double> ratios(const RatioScores& scores) const;

 private:
  std::vector<double> sums(std::span<const double> values) const;

  size_t samples_;
  size_t replicates_;
  std::vector<float> counts_;  ///< (samples, replicates): how often a replicate drew a sample.
};

/// Expanded percentile interval: the percentile bootstrap with its tails at
///
///     Phi(-sqrt(n / (n - 1)) * t),  t the quantile of Student's t with n - 1 degrees of freedom,
///
/// so that it is as wide as a t interval; a plain percentile interval is too narrow for few
/// samples, 91 % instead of 95 % at n = 12 (Hesterberg, What Teachers Should Know About the
/// Bootstrap, The American Statistician 69(4), 2015, section 4.3). It holds what it says from n =
/// 12 on for observations that are not much skewed. Its ends are replicates: those of exp(x) are
/// exp of those of x. Replicates may be infinite ("never"); none when one is NaN.
///
/// `replicates` is of statistics of n >= 2 samples; it is reordered.
std::optional<Interval> percentile_interval(std::vector<double>& replicates, size_t n);

}  // namespace multistate::aggregate
