#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace multistate {

/// What RoPE's frequencies are divided by so that a model can read longer texts than it was first
/// trained for. All are [size / 2], in the order of the frequencies.

/// Llama 3.1's: high frequencies stay, low ones are divided by `factor`, those between are mixed.
/// `original`: tokens of the first training.
struct Llama3Scaling {
  double factor = 1.0;
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  double original = 8192.0;
};
std::vector<double> llama3_divisors(std::span<const double> frequencies, const Llama3Scaling& how);

/// YaRN (Peng et al., arXiv:2309.00071): dimensions that turn more than `beta_fast` times within
/// the original length stay, those that turn less than `beta_slow` times are divided by `factor`,
/// with a ramp between.
struct YarnScaling {
  double factor = 1.0;
  double beta_fast = 32.0;
  double beta_slow = 1.0;
  double original = 4096.0;
  bool truncate = true;  ///< Ends of the ramp are whole dimensions.
};
std::vector<double> yarn_divisors(int64_t size, double theta, const YarnScaling& how);

/// YaRN's factor of rotated queries and keys: 0.1 m ln(factor) + 1, where factor is above 1.
double yarn_magnitude(double factor, double m = 1.0);

/// LongRoPE's (Ding et al., arXiv:2402.13753): sqrt(1 + ln(factor) / ln(original)), where factor is
/// above 1.
double longrope_magnitude(double factor, double original);

}  // namespace multistate
