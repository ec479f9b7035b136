#include "aggregate/statistics/ranks.h"

#include <array>
#include <cmath>

#include "support/catch.h"

namespace multistate::aggregate::test {

using Orders = std::vector<std::vector<double>>;

TEST_CASE("equal values share the mean of their ranks") {
  CHECK(ranks_of(std::array{30.0, 10.0, 20.0}) == std::vector{3.0, 1.0, 2.0});
  CHECK(ranks_of(std::array{5.0, 1.0, 5.0, 5.0}) == std::vector{3.0, 1.0, 3.0, 3.0});
}

TEST_CASE("tau-b, counted by hand") {
  // Of six pairs five are in the same order, one is not.
  CHECK(*kendall_tau_b(std::array{1.0, 2.0, 3.0, 4.0}, std::array{1.0, 3.0, 2.0, 4.0}) ==
        approx(4.0 / 6.0));
  // The pair (2, 2) counts for neither: 2 / sqrt(2 * 3).
  CHECK(*kendall_tau_b(std::array{1.0, 2.0, 2.0}, std::array{1.0, 2.0, 3.0}) ==
        approx(2.0 / std::sqrt(6.0)));
  CHECK(!kendall_tau_b(std::array{1.0, 1.0}, std::array{1.0, 2.0}));
}

TEST_CASE("Kendall's W, worked by hand") {
  CHECK(*kendall_w(Orders{{1, 2, 3}, {10, 20, 30}}) == approx(1.0));
  CHECK(*kendall_w(Orders{{1, 2, 3}, {3, 2, 1}}) == approx(0.0).margin(1e-12));
  // Rank sums 2, 5, 5 around 4: S = 6; 12 * 6 / (4 * 24) = 0.75.
  CHECK(*kendall_w(Orders{{1, 2, 3}, {1, 3, 2}}) == approx(0.75));
  // Ranks 1.5, 1.5, 3: sums 2.5, 3.5, 6: S = 6.5; T = 8 - 2 = 6; 78 / (96 - 12).
  CHECK(*kendall_w(Orders{{1, 1, 2}, {1, 2, 3}}) == approx(78.0 / 84.0));
  CHECK(!kendall_w(Orders{{1, 1}, {2, 2}}));
}

TEST_CASE("the mean of tau-b over pairs of orders") {
  // 1, 1 / 3 and 1 / 3.
  CHECK(*mean_tau_b(Orders{{1, 2, 3}, {1, 2, 3}, {1, 3, 2}}) == approx(5.0 / 9.0));
  CHECK(!mean_tau_b(Orders{{1, 2, 3}}));
}

TEST_CASE("an agreement of other items is refused") {
  CHECK_THROWS_AS(kendall_w(Orders{{1, 2}}), std::invalid_argument);
  CHECK_THROWS_AS(kendall_w(Orders{{1, 2}, {1, 2, 3}}), std::invalid_argument);
  CHECK_THROWS_AS(kendall_tau_b(std::array{1.0}, std::array{1.0, 2.0}), std::invalid_argument);
}

}  // namespace multistate::aggregate::test
