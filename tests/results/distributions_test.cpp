#include "multistate/results/distributions.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "support/catch.h"

namespace multistate::test::distributions_test {

TEST_CASE("quantiles are those of the tables") {
  // Abramowitz & Stegun, tables 26.1 and 26.10; one degree of freedom is Cauchy's tan(pi (p -
  // 1/2)).
  CHECK(normal_quantile(0.975) == approx(1.959963985).epsilon(1e-9));
  CHECK(normal_quantile(0.025) == approx(-1.959963985).epsilon(1e-9));
  CHECK(normal_cdf(1.959963985) == approx(0.975).epsilon(1e-9));
  CHECK(student_quantile(0.975, 1) == approx(std::tan(0.475 * std::numbers::pi)).epsilon(1e-9));
  CHECK(student_quantile(0.975, 2) == approx(4.30265).epsilon(1e-6));
  CHECK(student_quantile(0.025, 11) == approx(-2.20099).epsilon(1e-5));
  CHECK(student_quantile(0.975, 120) == approx(1.97993).epsilon(1e-5));
  CHECK(student_quantile(0.975, 1000) == approx(1.96234).epsilon(1e-5));
}

TEST_CASE("two-sided chances of Student's t are scipy's") {
  // 2 * scipy.stats.t.sf(t, freedom), scipy 1.16.
  CHECK(student_two_sided(2.5, 7) == approx(0.04099221858575289).epsilon(1e-12));
  CHECK(student_two_sided(-2.5, 7) == approx(0.04099221858575289).epsilon(1e-12));
  CHECK(student_two_sided(0.3, 1) == approx(0.8144528418445154).epsilon(1e-12));
  CHECK(student_two_sided(12.0, 11) == approx(1.1632840502619123e-07).epsilon(1e-9));
  CHECK(student_two_sided(std::numeric_limits<double>::infinity(), 3) == 0.0);
}

TEST_CASE("what is no probability and no degree of freedom is refused") {
  CHECK_THROWS_AS(normal_quantile(0.0), std::invalid_argument);
  CHECK_THROWS_AS(student_quantile(1.0, 3), std::invalid_argument);
  CHECK_THROWS_AS(student_quantile(0.5, 0), std::invalid_argument);
}

}  // namespace multistate::test::distributions_test
