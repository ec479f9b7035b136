#include "aggregate/statistics/sign_test.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "multistate/results/distributions.h"

namespace multistate::aggregate {

double sign_test_p(int64_t wins, int64_t losses) {
  if (wins < 0 || losses < 0) {
    throw std::invalid_argument("wins and losses are counts");
  }
  const auto n = static_cast<double>(wins + losses);
  double tail = 0.0;
  for (int64_t i = 0; i <= std::min(wins, losses); ++i) {
    const auto k = static_cast<double>(i);
    tail += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2.0 * tail);
}

std::optional<Interval> wilson_interval(double successes, double n) {
  if (!(successes >= 0.0 && successes <= n)) {
    throw std::invalid_argument("successes are some of n");
  }
  if (n == 0.0) {
    return std::nullopt;
  }
  const double share = successes / n;
  const double z = normal_quantile(1.0 - (1.0 - kConfidence) / 2.0);
  const double square = z * z / n;
  const double middle = share + square / 2.0;
  const double half = z * std::sqrt(share * (1.0 - share) / n + square / (4.0 * n));
  // At no success and at no failure an end is 0 or 1, which rounding would miss.
  return Interval{successes == 0.0 ? 0.0 : (middle - half) / (1.0 + square),
                  successes == n ? 1.0 : (middle + half) / (1.0 + square)};
}

}  // namespace multistate::aggregate
