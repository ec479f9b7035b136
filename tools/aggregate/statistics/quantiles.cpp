#include "aggregate/statistics/quantiles.h"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace multistate::aggregate {
namespace {

constexpr int64_t kSeriesLimit = 200;

void require_probability(double p) {
  if (!(p > 0.0 && p < 1.0)) {
    throw std::invalid_argument("a quantile is of a probability between 0 and 1");
  }
}

/// A(t|v) = P(|T| <= t), A&S 26.7.3 (odd v) and 26.7.4 (even v).
double student_inside(double t, int64_t freedom) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
  const double sine = std::sin(angle);
  const double square = std::cos(angle) * std::cos(angle);
  const bool odd = freedom % 2 == 1;
  double term = odd ? std::cos(angle) : 1.0;
  double sum = 0.0;
  for (int64_t k = odd ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term;
    term *= square * static_cast<double>(k + 1) / static_cast<double>(k + 2);
  }
  return odd ? 2.0 / std::numbers::pi * (angle + sine * sum) : sine * sum;
}

/// The x >= 0 at which an increasing function reaches `target`.
template <class Function>
double solve(const Function& function, double target) {
  double high = 1.0;
  while (function(high) < target && high < 1e300) {
    high *= 2.0;
  }
  double low = 0.0;
  for (int step = 0; step < 200 && high - low > 1e-15 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (function(middle) < target ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// A&S 26.7.5.
double student_expansion(double x, double v) {
  const double x2 = x * x;
  const double g1 = (x2 + 1.0) * x / 4.0;
  const double g2 = ((5.0 * x2 + 16.0) * x2 + 3.0) * x / 96.0;
  const double g3 = (((3.0 * x2 + 19.0) * x2 + 17.0) * x2 - 15.0) * x / 384.0;
  const double g4 =
      ((((79.0 * x2 + 776.0) * x2 + 1482.0) * x2 - 1920.0) * x2 - 945.0) * x / 92160.0;
  return x + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

}  // namespace

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double normal_quantile(double p) {
  require_probability(p);
  // The tail is solved for, where 1 - p would lose its digits.
  const double tail = p < 0.5 ? p : 1.0 - p;
  const double x = solve([](double z) { return -normal_cdf(-z); }, -tail);
  return p < 0.5 ? -x : x;
}

double student_quantile(double p, int64_t freedom) {
  require_probability(p);
  if (freedom < 1) {
    throw std::invalid_argument("Student's t needs a degree of freedom");
  }
  if (freedom > kSeriesLimit) {
    return student_expansion(normal_quantile(p), static_cast<double>(freedom));
  }
  const double inside = std::abs(2.0 * p - 1.0);
  const double x = solve([&](double t) { return student_inside(t, freedom); }, inside);
  return p < 0.5 ? -x : x;
}

}  // namespace multistate::aggregate
