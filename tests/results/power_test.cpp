#include "multistate/results/power.h"

#include <limits>

#include "support/catch.h"

namespace multistate::test::power_test {

// Expected values: scipy.integrate.quad over the chi-squared density of the variance,
//
//     integral of [sf(t sqrt(v / df) - d sqrt(n)) + cdf(-t sqrt(v / df) - d sqrt(n))] chi2.pdf(v,
//     df),
//
// with df = n - 1 and t = stats.t.ppf(1 - level / 2, df), and brentq for the effect.
// scipy.stats.nct gives the same powers to ten digits.

TEST_CASE("the power of a paired t test is that of the noncentral t") {
  CHECK(paired_t_power(0.5, 12, 0.05) == approx(0.35282414932).epsilon(1e-8));
  CHECK(paired_t_power(1.0, 8, 0.05) == approx(0.68083395820).epsilon(1e-8));
  CHECK(paired_t_power(1.0, 8, 0.01) == approx(0.34781135814).epsilon(1e-8));
  CHECK(paired_t_power(0.3, 90, 0.05 / 23.0) == approx(0.38430320450).epsilon(1e-8));
  CHECK(paired_t_power(0.0, 12, 0.05) == approx(0.05).epsilon(1e-8));
}

TEST_CASE("the effect that is detected with 80 % power") {
  CHECK(*detectable_effect(4, 1) == approx(2.1279493).epsilon(1e-5));
  CHECK(*detectable_effect(4, 23) == approx(6.2273617).epsilon(1e-5));
  CHECK(*detectable_effect(8, 4) == approx(1.5314933).epsilon(1e-5));
  CHECK(*detectable_effect(8, 23) == approx(2.0781031).epsilon(1e-5));
  CHECK(*detectable_effect(12, 4) == approx(1.1275376).epsilon(1e-5));
  CHECK(*detectable_effect(24, 23) == approx(0.8891373).epsilon(1e-5));
  CHECK(*detectable_effect(90, 3) == approx(0.3466644).epsilon(1e-5));
  CHECK(!detectable_effect(3, 1));
}

// By the same integral, counted up from 4 samples.
TEST_CASE("the samples that detect an effect with 80 % power") {
  CHECK(samples_needed(0.5, 1) == 34);
  CHECK(samples_needed(-0.5, 3) == 45);
  CHECK(samples_needed(1.0, 3) == 14);
  CHECK(samples_needed(0.1, 1) == 787);
  CHECK(samples_needed(3.0, 1) == 4);
  CHECK(samples_needed(std::numeric_limits<double>::infinity(), 1) == 4);
  CHECK(!samples_needed(0.0, 1));
  CHECK(!samples_needed(1e-6, 1));
}

TEST_CASE("what samples can show, in words") {
  CHECK(
      detectable_text(12, 5, "sample") ==
      "12 samples, 5 policies at a state size: a difference between two of them is detected (80 % "
      "of the time) if its mean is at least 1.13 times its standard deviation over samples");
  CHECK(detectable_text(2, 5, "haystack") ==
        "2 haystacks cannot show a difference between policies; 4 are the least");
}

}  // namespace multistate::test::power_test
