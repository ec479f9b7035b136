#pragma once

#include <cstdint>
#include <optional>

#include "multistate/aggregate/interval.h"

namespace multistate::aggregate {

/// Two-sided sign test: the chance that the side with fewer of wins + losses fair coins has so few,
/// twice, at most 1; ties are left out (Conover, Practical Nonparametric Statistics, 3rd ed., 1999,
/// section 3.4). 1 where there is neither win nor loss.
double sign_test_p(int64_t wins, int64_t losses);

/// Wilson's score interval of a share, at kConfidence: with p = successes / n and z the normal
/// quantile,
///
///     (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
///
/// (Wilson, Journal of the American Statistical Association 22, 1927; Brown, Cai & DasGupta,
/// Statistical Science 16(2), 2001, equation 4). Both may be fractions: of clustered answers the
/// share that is right times the number of clusters. None for n = 0.
std::optional<Interval> wilson_interval(double successes, double n);

}  // namespace multistate::aggregate
