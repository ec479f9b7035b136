#include <stdexcept>

#include "aggregate/statistics/shares.h"
#include "support/catch.h"

namespace multistate::aggregate::test::sign_test_test {

TEST_CASE("the sign test counts coins that fall at least as unevenly") {
  // 8 coins: 1 + 8 of 256 have one head at most, and as many one tail at most.
  CHECK(sign_test_p(7, 1) == approx(2.0 * 9.0 / 256.0));
  CHECK(sign_test_p(1, 7) == approx(2.0 * 9.0 / 256.0));
  CHECK(sign_test_p(0, 6) == approx(2.0 / 64.0));
  CHECK(sign_test_p(0, 1) == approx(1.0));
  // Even outcomes have both tails in common: no more than 1.
  CHECK(sign_test_p(3, 3) == 1.0);
  CHECK(sign_test_p(0, 0) == 1.0);
  // In Python: float(Fraction(2 * sum(comb(n, i) for i in range(losses + 1)), 2**n))
  CHECK(sign_test_p(60, 40) == approx(0.05688793364098079).epsilon(1e-10));
  CHECK(sign_test_p(460, 540) == approx(0.01244414627717178).epsilon(1e-10));
  CHECK_THROWS_AS(sign_test_p(-1, 2), std::invalid_argument);
}

TEST_CASE("Wilson's interval, worked by hand and at its ends") {
  // p = 1/2, n = 4, z^2 = 3.8415: (1/2 + 0.4802 -+ 1.96 sqrt(1/16 + 0.06002)) / 1.9604
  const auto half = wilson_interval(2, 4);
  REQUIRE(half);
  CHECK(half->low == approx(0.1500).epsilon(1e-3));
  CHECK(half->high == approx(0.8500).epsilon(1e-3));
  // No success: from 0 to z^2 / (n + z^2).
  const auto none = wilson_interval(0, 10);
  REQUIRE(none);
  CHECK(none->low == 0.0);
  CHECK(none->high == approx(3.841459 / 13.841459).epsilon(1e-6));
  const auto all = wilson_interval(10, 10);
  REQUIRE(all);
  CHECK(all->low == approx(10.0 / 13.841459).epsilon(1e-6));
  CHECK(all->high == 1.0);
  CHECK_FALSE(wilson_interval(0, 0));
  CHECK_THROWS_AS(wilson_interval(3, 2), std::invalid_argument);
}

}  // namespace multistate::aggregate::test::sign_test_test
