#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace multistate {

/// Differences with a smaller p, adjusted for the family, are significant.
inline constexpr double kSignificant = 0.05;

/// Up to this many samples all sign patterns are enumerated.
inline constexpr size_t kExactSamples = 24;

/// Fewer samples show nothing: a t test of them says more about its assumption than about the data.
inline constexpr size_t kLeastForTest = 4;

/// A permutation test is used where its smallest p, times the size of the family, is at most this
/// share of kSignificant; with less it has too few steps below the level to choose from.
inline constexpr double kResolution = 0.1;

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

/// The same step-up: the i-th smallest becomes the smallest of (m - j + 1) p_(j) over j >= i, so
/// that all are rejected where the largest is below the level, and never fewer than by holm().
/// Holds for tests that go up and down together, as tests against one and the same other do
/// (Hochberg, Biometrika 75(4), 1988; Sarkar, Annals of Statistics 26(2), 1998).
std::vector<double> hochberg(std::span<const double> p_values);

enum class PairedMethod { kNone, kStudent, kPermutation };

/// "none", "paired t", "sign-flip permutation".
const char* name_of(PairedMethod method);

/// A two-sided test of paired differences.
struct PairedTest {
  PairedMethod method = PairedMethod::kNone;
  std::optional<double> p;  ///< None: no test of so few samples.
  size_t n = 0;             ///< Differences: one a unit that is sampled.
};

struct PairedTestOptions {
  uint64_t seed = 0;    ///< Of permutations that are drawn.
  size_t draws = 9999;  ///< Above kExactSamples; 0: none are drawn, and t tests stand in.
};

/// The smallest p that a sign-flip test of n differences can have.
double least_permutation_p(size_t n, size_t draws);

/// The paired test that suits n differences in a family of `tests` tests:
///
/// * fewer than kLeastForTest: none;
/// * the sign-flip permutation test where its resolution suffices (kResolution): it assumes no
///   distribution. Also where two differences have the same size, as those of right and wrong
///   answers do: such numbers are not normal, and t tests of a few of them reject far too often;
/// * else Student's paired t test. It assumes that differences are roughly normal from sample to
///   sample; with tails heavier than that (Laplace) it rejects too seldom, not too often
///   (tests/results/verdict_simulation_test.cpp).
///
/// Throws std::invalid_argument for differences that are not finite, or none.
PairedTest paired_test(std::span<const double> differences, size_t tests,
                       const PairedTestOptions& options);

/// Whether that test could reject after Holm's correction, whatever the data said.
bool can_reject(const PairedTest& test, size_t tests, const PairedTestOptions& options);

}  // namespace multistate
