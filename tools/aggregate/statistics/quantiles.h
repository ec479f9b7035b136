#pragma once

#include <cstdint>

namespace multistate::aggregate {

/// P(Z <= x) of the standard normal distribution.
double normal_cdf(double x);

/// x with P(Z <= x) = p, for 0 < p < 1.
double normal_quantile(double p);

/// x with P(T <= x) = p of Student's t with `freedom` >= 1 degrees of freedom, 0 < p < 1. Up to 200
/// degrees from the finite series of Abramowitz & Stegun, Handbook of Mathematical Functions, 1964,
/// 26.7.3 and 26.7.4; above from their expansion 26.7.5 (there good to 1e-10).
double student_quantile(double p, int64_t freedom);

}  // namespace multistate::aggregate
