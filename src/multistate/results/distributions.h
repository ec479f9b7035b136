#pragma once

#include <cstdint>

namespace multistate {

/// P(Z <= x) of the standard normal distribution.
double normal_cdf(double x);

/// x with P(Z <= x) = p, for 0 < p < 1.
double normal_quantile(double p);

/// x with P(T <= x) = p of Student's t with `freedom` >= 1 degrees of freedom, 0 < p < 1.
double student_quantile(double p, int64_t freedom);

/// P(|T| >= |t|) of Student's t with `freedom` >= 1 degrees of freedom; t may be infinite.
double student_two_sided(double t, int64_t freedom);

/// P(|T| >= limit) of the noncentral t distribution with `freedom` >= 1 degrees of freedom and
/// noncentrality `delta`: the power of a two-sided t test that rejects beyond `limit` > 0.
double noncentral_t_beyond(double limit, int64_t freedom, double delta);

}  // namespace multistate
