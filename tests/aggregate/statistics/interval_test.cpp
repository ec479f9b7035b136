#include "multistate/aggregate/interval.h"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "support/catch.h"

namespace multistate::aggregate::test::interval_test {

TEST_CASE("a t interval, worked by hand") {
  const auto interval = t_interval({10.0, 2.0}, 12);
  // 10 -+ 2.20099 * 2.
  REQUIRE(interval);
  CHECK(interval->low == approx(5.59803).epsilon(1e-5));
  CHECK(interval->high == approx(14.40197).epsilon(1e-5));
  CHECK(!t_interval({10.0, std::nullopt}, 1));
  // One of four that hold together: scipy.stats.t.ppf(1 - 0.05 / 4 / 2, 11) = 2.98221.
  const auto wide = t_interval({10.0, 2.0}, 12, 1.0 - 0.05 / 4.0);
  REQUIRE(wide);
  CHECK(wide->low == approx(4.0382551).epsilon(1e-5));
  CHECK(wide->high == approx(15.9617449).epsilon(1e-5));
}

TEST_CASE("the t interval of an exponential is that of the ratio, exponentiated") {
  const std::array y = {4.0, 4.0};
  const std::array x = {1.0, 3.0};
  // R = 2 with error 1 (ratio_test.cpp); one degree of freedom: 12.7062.
  const auto interval = t_interval(RatioScores{y, x}, {1.0, true});
  REQUIRE(interval);
  CHECK(interval->low == approx(std::exp(2.0 - 12.7062)).epsilon(1e-4));
  CHECK(interval->high == approx(std::exp(2.0 + 12.7062)).epsilon(1e-4));
}

TEST_CASE("an expanded percentile interval takes the replicates that far from the ends") {
  std::vector<double> replicates(1999);
  std::iota(replicates.rbegin(), replicates.rend(), 1.0);
  // n = 12: Phi(-sqrt(12 / 11) * 2.20099) = Phi(-2.29885) = 0.010757; 2000 * 0.010757 = 21.5.
  const auto interval = percentile_interval(replicates, 12);
  REQUIRE(interval);
  CHECK(interval->low == 21.0);
  CHECK(interval->high == 1979.0);
}

TEST_CASE("replicates that never end are at an end, ones that are no number give no interval") {
  std::vector<double> replicates(1999, 7.0);
  std::fill(replicates.begin(), replicates.begin() + 100, std::numeric_limits<double>::infinity());
  const auto interval = percentile_interval(replicates, 12);
  REQUIRE(interval);
  CHECK(interval->low == 7.0);
  CHECK(std::isinf(interval->high));
  replicates[3] = std::nan("");
  CHECK(!percentile_interval(replicates, 12));
}

TEST_CASE("a replicate is a ratio of sums over as many samples, drawn with replacement") {
  const BootstrapPlan plan(2, 1000, 5);
  const std::array y = {1.0, 9.0};
  const std::array x = {1.0, 3.0};
  // Samples 0 0: 1; 0 1 or 1 0: 10 / 4; 1 1: 3; a quarter, a half and a quarter of the time.
  std::array<int, 3> seen = {0, 0, 0};
  for (const double ratio : plan.ratios({y, x})) {
    seen.at(ratio == 1.0 ? 0 : ratio == 2.5 ? 1 : 2) += 1;
    CHECK((ratio == 1.0 || ratio == 2.5 || ratio == 3.0));
  }
  // Four standard deviations: 4 * sqrt(1000 / 4 * 3 / 4) = 55, 4 * sqrt(1000 / 4) = 63.
  CHECK(std::abs(seen[0] - 250) < 55);
  CHECK(std::abs(seen[1] - 500) < 63);
  CHECK(std::abs(seen[2] - 250) < 55);
}

TEST_CASE("equal denominators give the same replicates as any") {
  const BootstrapPlan plan(3, 50, 5);
  const std::array y = {1.0, 2.0, 6.0};
  const std::array x = {4.0, 4.0, 4.0};
  const std::array nearly = {4.0, 4.0, std::nextafter(4.0, 5.0)};
  const auto equal = plan.ratios({y, x});
  const auto other = plan.ratios({y, nearly});
  for (size_t i = 0; i < equal.size(); ++i) {
    CHECK(equal[i] == approx(other[i]).epsilon(1e-12));
  }
}

TEST_CASE("draws follow from the seed") {
  const std::array y = {1.0, 2.0, 4.0, 8.0};
  const std::array x = {1.0, 1.0, 1.0, 1.0};
  const auto ratios = [&](uint64_t seed) { return BootstrapPlan(4, 20, seed).ratios({y, x}); };
  CHECK(ratios(1) == ratios(1));
  CHECK(ratios(1) != ratios(2));
}

TEST_CASE("an interval of nothing is refused") {
  std::vector<double> none;
  CHECK_THROWS_AS(percentile_interval(none, 12), std::invalid_argument);
  CHECK_THROWS_AS(BootstrapPlan(0, 10, 1), std::invalid_argument);
  const std::array one = {1.0};
  CHECK_THROWS_AS(BootstrapPlan(2, 10, 1).ratios({one, one}), std::invalid_argument);
}

}  // namespace multistate::aggregate::test::interval_test
