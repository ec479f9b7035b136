#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace multistate::aggregate {

/// Up to so many samples all sign patterns are enumerated.
inline constexpr size_t kExactSamples = 20;

/// Two-sided paired permutation test. Null hypothesis: on every sample the two sides could be
/// exchanged, so that each difference is as likely to have the other sign. Returns the share of the
/// 2^n sign patterns s with |sum s_i d_i| >= |sum d_i| (Fisher, The Design of Experiments, 1935,
/// section 21; Good, Permutation, Parametric, and Bootstrap Tests of Hypotheses, 3rd ed., 2005,
/// section 3.2); sums that differ by rounding only are equal. At least 2 / 2^n where not all
/// differences are 0.
///
/// Up to kExactSamples differences it is exact, from the sorted sums of two halves. Above, `draws`
/// patterns are drawn, the same for every call with this seed and n, and p = (b + 1) / (draws + 1)
/// with b of them at least as extreme (Phipson & Smyth, Permutation P-values Should Never Be Zero,
/// 2010).
double sign_flip_p(std::span<const double> differences, size_t draws, uint64_t seed);

/// Effect size of paired differences: Cohen's d_z, their mean by their standard deviation (with
/// n - 1). (Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed., 1988, section
/// 2.3.5; Lakens, Frontiers in Psychology 4:863, 2013, equation 6.) 0 where all differences are 0;
/// infinite where they are all the same otherwise; NaN for fewer than two.
double cohens_dz(std::span<const double> differences);

/// p-values adjusted for being m tests of one family, in the order given: the i-th smallest becomes
/// the largest of (m - j + 1) p_(j) over j <= i, at most 1; the chance of any false rejection stays
/// below the level (Holm, Scandinavian Journal of Statistics 6, 1979).
std::vector<double> holm(std::span<const double> p_values);

}  // namespace multistate::aggregate
