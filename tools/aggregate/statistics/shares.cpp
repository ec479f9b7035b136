#include "aggregate/statistics/shares.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <boost/math/distributions/binomial.hpp>

#include "multistate/results/distributions.h"

namespace multistate::aggregate {

double sign_test_p(int64_t wins, int64_t losses) {
  if (wins < 0 || losses < 0) {
    throw std::invalid_argument("wins and losses are counts");
  }
  if (wins + losses == 0) {
    return 1.0;
  }
  const boost::math::binomial fair(static_cast<double>(wins + losses), 0.5);
  return std::min(1.0, 2.0 * boost::math::cdf(fair, static_cast<double>(std::min(wins, losses))));
}

std::optional<Interval> wilson_interval(double successes, double n) {
  if (!(successes >= 0.0 && successes <= n)) {
    throw std::invalid_argument("successes are some of n");
  }
  if (n == 0.0) {
    return std::nullopt;
  }
  const double share = successes / n;
  const double z = normal_quantile((1.0 + kConfidence) / 2.0);
  const double square = z * z / n;
  const double middle = share + square / 2.0;
  const double half = z * std::sqrt(share * (1.0 - share) / n + square / (4.0 * n));
  // At no success and at no failure an end is 0 or 1, which rounding would miss.
  return Interval{successes == 0.0 ? 0.0 : (middle - half) / (1.0 + square),
                  successes == n ? 1.0 : (middle + half) / (1.0 + square)};
}

}  // namespace multistate::aggregate
