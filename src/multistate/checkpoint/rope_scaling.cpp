#include "multistate/checkpoint/rope_scaling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace multistate {
namespace {

/// The dimension, not whole, that turns `turns` times within `tokens`.
double dimension_with(double turns, int64_t size, double theta, double tokens) {
  return static_cast<double>(size) * std::log(tokens / (turns * 2.0 * std::numbers::pi)) /
         (2.0 * std::log(theta));
}

}  // namespace

std::vector<double> llama3_divisors(std::span<const double> frequencies, const Llama3Scaling& how) {
  std::vector<double> divisors;
  for (const double frequency : frequencies) {
    // How often the dimension turns within the original length.
    const double turns = how.original * frequency / (2.0 * std::numbers::pi);
    if (turns > how.high_freq_factor) {
      divisors.push_back(1.0);
    } else if (turns < how.low_freq_factor) {
      divisors.push_back(how.factor);
    } else {
      const double share =
          (turns - how.low_freq_factor) / (how.high_freq_factor - how.low_freq_factor);
      divisors.push_back(1.0 / ((1.0 - share) / how.factor + share));
    }
  }
  return divisors;
}

std::vector<double> yarn_divisors(int64_t size, double theta, const YarnScaling& how) {
  double low = dimension_with(how.beta_fast, size, theta, how.original);
  double high = dimension_with(how.beta_slow, size, theta, how.original);
  if (how.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(size - 1));
  if (low == high) {
    high += 0.001;  // The published code's.
  }
  std::vector<double> divisors;
  for (int64_t i = 0; i < size / 2; ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    divisors.push_back(1.0 / (ramp / how.factor + (1.0 - ramp)));
  }
  return divisors;
}

double yarn_magnitude(double factor, double m) {
  return factor <= 1.0 ? 1.0 : 0.1 * m * std::log(factor) + 1.0;
}

double longrope_magnitude(double factor, double original) {
  return factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(factor) / std::log(original));
}

}  // namespace multistate
