#include "multistate/aggregate/interval.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "multistate/base/random.h"
#include "multistate/results/distributions.h"

namespace multistate::aggregate {
namespace {

double student_factor(size_t n, double confidence = kConfidence) {
  return student_quantile(0.5 * (1.0 + confidence), static_cast<int64_t>(n) - 1);
}

}  // namespace

std::optional<Interval> t_interval(const Estimate& estimate, size_t n, double confidence) {
  if (!estimate.standard_error || n < 2) {
    return std::nullopt;
  }
  const double half = student_factor(n, confidence) * *estimate.standard_error;
  return Interval{estimate.value - half, estimate.value + half};
}

std::optional<Interval> t_interval(const RatioScores& scores, const RatioForm& form) {
  const auto ratio = t_interval(estimate_of(scores, RatioForm{}), scores.size());
  if (!ratio) {
    return std::nullopt;
  }
  const auto [low, high] = std::minmax({form.value(ratio->low), form.value(ratio->high)});
  return Interval{low, high};
}

BootstrapPlan::BootstrapPlan(size_t n, size_t replicates, uint64_t seed)
    : samples_(n), replicates_(replicates), counts_(n * replicates, 0.0F) {
  if (n == 0 || replicates == 0) {
    throw std::invalid_argument("a bootstrap needs samples and replicates");
  }
  Random random({seed, n, replicates});
  for (size_t replicate = 0; replicate < replicates; ++replicate) {
    for (size_t draw = 0; draw < n; ++draw) {
      const auto sample = static_cast<size_t>(random.uniform() * static_cast<double>(n));
      counts_[sample * replicates + replicate] += 1.0F;
    }
  }
}

std::vector<double> BootstrapPlan::sums(std::span<const double> values) const {
  if (values.size() != samples_) {
    throw std::invalid_argument("a bootstrap plan is for its own number of samples");
  }
  std::vector<double> sums(replicates_, 0.0);
  for (size_t sample = 0; sample < samples_; ++sample) {
    const float* counts = counts_.data() + sample * replicates_;
    for (size_t replicate = 0; replicate < replicates_; ++replicate) {
      sums[replicate] += static_cast<double>(counts[replicate]) * values[sample];
    }
  }
  return sums;
}

std::vector<double> BootstrapPlan::ratios(const RatioScores& scores) const {
  std::vector<double> ratios = sums(scores.numerators);
  const double first = scores.denominators[0];
  if (std::all_of(scores.denominators.begin(), scores.denominators.end(),
                  [first](double value) { return value == first; })) {
    for (double& ratio : ratios) {
      ratio /= first * static_cast<double>(samples_);
    }
    return ratios;
  }
  const std::vector<double> totals = sums(scores.denominators);
  for (size_t replicate = 0; replicate < replicates_; ++replicate) {
    ratios[replicate] /= totals[replicate];
  }
  return ratios;
}

std::optional<Interval> percentile_interval(std::vector<double>& replicates, size_t n) {
  if (n < 2 || replicates.empty()) {
    throw std::invalid_argument("an interval needs two samples and replicates");
  }
  if (std::any_of(replicates.begin(), replicates.end(), [](double x) { return std::isnan(x); })) {
    return std::nullopt;
  }
  const auto observations = static_cast<double>(n);
  const double tail =
      normal_cdf(-std::sqrt(observations / (observations - 1.0)) * student_factor(n));
  // The (B + 1) * tail-th of B replicates from either end (Efron & Tibshirani, An Introduction to
  // the Bootstrap, 1993, section 12.5).
  const auto rank = static_cast<size_t>(tail * static_cast<double>(replicates.size() + 1));
  const auto skipped = static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  const auto low = replicates.begin() + skipped;
  const auto high = replicates.end() - 1 - skipped;
  if (low > high) {
    throw std::invalid_argument("an interval needs more replicates");
  }
  std::nth_element(replicates.begin(), low, replicates.end());
  if (high > low) {
    std::nth_element(low + 1, high, replicates.end());
  }
  return Interval{*low, *high};
}

}  // namespace multistate::aggregate
