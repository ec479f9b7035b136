#include "multistate/results/power.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/results/distributions.h"
#include "multistate/results/paired_test.h"
#include "multistate/results/verdict.h"

namespace multistate {

double paired_t_power(double effect, size_t n, double level) {
  const auto freedom = static_cast<int64_t>(n) - 1;
  const double limit = student_quantile(1.0 - level / 2.0, freedom);
  return noncentral_t_beyond(limit, freedom, effect * std::sqrt(static_cast<double>(n)));
}

std::optional<double> detectable_effect(size_t n, size_t tests) {
  if (n < kLeastForTest) {
    return std::nullopt;
  }
  const double level = kSignificant / static_cast<double>(tests);
  double high = 1.0;
  while (paired_t_power(high, n, level) < kPower) {
    high *= 2.0;
  }
  double low = 0.0;
  while (high - low > 1e-6 * high) {
    const double middle = 0.5 * (low + high);
    (paired_t_power(middle, n, level) < kPower ? low : high) = middle;
  }
  return high;
}

std::optional<size_t> samples_needed(double effect, size_t tests) {
  constexpr size_t kMost = 1'000'000;
  if (!(std::abs(effect) > 0.0)) {
    return std::nullopt;  // No difference, or none that is known.
  }
  if (std::isinf(effect)) {
    return kLeastForTest;
  }
  const double level = kSignificant / static_cast<double>(tests);
  const auto detects = [&](size_t n) {
    return paired_t_power(std::abs(effect), n, level) >= kPower;
  };
  size_t high = kLeastForTest;
  while (!detects(high)) {
    if (high > kMost) {
      return std::nullopt;
    }
    high *= 2;
  }
  size_t low = kLeastForTest - 1;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (detects(middle) ? high : low) = middle;
  }
  return high;
}

std::string detectable_text(size_t n, size_t policies, const std::string& unit) {
  const auto effect = detectable_effect(n, std::max<size_t>(policies, 2) - 1);
  if (!effect) {
    return fmt::format("{} cannot show a difference between policies; {} are the least",
                       count_of(n, unit), kLeastForTest);
  }
  return fmt::format(
      "{}, {} policies at a state size: a difference between two of them is detected ({:.0f} % of "
      "the time) if its mean is at least {:.2f} times its standard deviation over {}s",
      count_of(n, unit), policies, 100.0 * kPower, *effect, unit);
}

}  // namespace multistate
