#pragma once

#include <optional>
#include <string>

namespace multistate {

/// The chance that a detectable difference is found.
inline constexpr double kPower = 0.8;

/// Power of a two-sided paired t test at `level` over n >= 2 samples whose paired differences have
/// a mean of `effect` (Cohen's d_z >= 0) standard deviations: P(|T'| >= t) of the noncentral t with
/// n - 1 degrees of freedom and noncentrality effect * sqrt(n) (Cohen, Statistical Power Analysis
/// for the Behavioral Sciences, 2nd ed., 1988, section 2.3).
double paired_t_power(double effect, size_t n, double level);

/// The smallest effect that n samples detect with kPower, at kSignificant shared by `tests` >= 1
/// tests (the first step of Holm's correction). None where n samples show nothing (kLeastForTest).
std::optional<double> detectable_effect(size_t n, size_t tests);

/// The fewest samples that detect `effect` (Cohen's d_z, of either sign) with kPower, at
/// kSignificant shared by `tests` >= 1 tests. None where more than a million would be needed.
std::optional<size_t> samples_needed(double effect, size_t tests);

/// What n samples can show of `policies` policies at a state size, in words; no full stop.
std::string detectable_text(size_t n, size_t policies, const std::string& unit);

}  // namespace multistate
