#pragma once

#include <vector>

namespace multistate {

/// What repeated measurements gave: timings are skewed, so the median and the extremes.
struct Spread {
  double median = 0.0;
  double least = 0.0;
  double most = 0.0;
};

/// Of one measurement or more.
Spread spread_of(std::vector<double> values);

/// Of the quotients of two measurements, taken in the same repetitions.
Spread ratio_of(const std::vector<double>& numerators, const std::vector<double>& denominators);

/// Amount by time of every repetition: spread_of(amount / seconds).
Spread rate_of(double amount, const std::vector<double>& seconds);

}  // namespace multistate
