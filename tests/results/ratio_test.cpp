#include "multistate/results/ratio.h"

#include <array>
#include <cmath>
#include <numeric>

#include "support/catch.h"

namespace multistate::test::ratio_test {
namespace {

constexpr std::array kTokens = {1.0, 3.0};

}  // namespace

TEST_CASE("a metric and its error are those of the ratio, scaled and transformed") {
  const std::array y = {4.0, 4.0};
  // R = 8 / 4 = 2; residuals 4 - 2, 4 - 6; sqrt(8 / (2 * 1)) / 2 = 1.
  const RatioScores scores{y, kTokens};
  CHECK(ratio_of(scores) == 2.0);
  CHECK(estimate_of(scores, {}).value == approx(2.0));
  CHECK(*estimate_of(scores, {}).standard_error == approx(1.0));
  CHECK(estimate_of(scores, {-3.0, false}).value == approx(-6.0));
  CHECK(*estimate_of(scores, {-3.0, false}).standard_error == approx(3.0));
  CHECK(estimate_of(scores, {0.5, true}).value == approx(std::exp(1.0)));
  CHECK(*estimate_of(scores, {0.5, true}).standard_error == approx(0.5 * std::exp(1.0)));
}

TEST_CASE("the error of a difference is that of paired residuals") {
  const std::array a = {4.0, 4.0};
  const std::array b = {1.0, 3.0};
  // Ra = 2, Rb = 1. e = ((4 - 2) - (1 - 1)) / 2 = 1 and ((4 - 6) - (3 - 3)) / 2 = -1;
  // sqrt(2 / (2 * 1)) = 1.
  const Estimate plain = difference_of({a, kTokens}, {b, kTokens}, {});
  CHECK(plain.value == approx(1.0));
  CHECK(*plain.standard_error == approx(1.0));
  // Of exponentials: a's residuals by exp(2), b's are 0.
  const Estimate transformed = difference_of({a, kTokens}, {b, kTokens}, {1.0, true});
  CHECK(transformed.value == approx(std::exp(2.0) - std::exp(1.0)));
  CHECK(*transformed.standard_error == approx(std::exp(2.0)));
}

TEST_CASE("what both have in common on a sample does not widen the error of a difference") {
  const std::array ones = {1.0, 1.0, 1.0};
  const std::array a = {1.0, 5.0, 9.0};
  const std::array b = {0.5, 4.5, 8.5};
  CHECK(*difference_of({a, ones}, {b, ones}, {}).standard_error == approx(0.0).margin(1e-12));
}

TEST_CASE("paired differences with the same tokens are scaled differences of sums") {
  const std::array a = {4.0, 4.0};
  const std::array b = {1.0, 3.0};
  // (4 - 1) / 2 and (4 - 3) / 2, by the scale 10.
  const auto differences = paired_differences({a, kTokens}, {b, kTokens}, {10.0, true});
  REQUIRE(differences.size() == 2);
  CHECK(differences[0] == approx(15.0));
  CHECK(differences[1] == approx(5.0));
}

TEST_CASE("paired differences with other tokens have the difference of ratios as mean") {
  const std::array a = {4.0, 4.0};
  const std::array b = {3.0, 3.0};
  const std::array other = {2.0, 2.0};
  // Ra = 2, Rb = 1.5, R0 = 14 / 8 = 1.75: (4 - 1.75) / 2 - (3 - 3.5) / 2 = 1.375 and
  // (4 - 5.25) / 2 - (3 - 3.5) / 2 = -0.375; their mean is 0.5.
  const auto differences = paired_differences({a, kTokens}, {b, other}, {});
  CHECK(differences[0] == approx(1.375));
  CHECK(differences[1] == approx(-0.375));
}

TEST_CASE("one sample has a difference and no error; unequal numbers are refused") {
  const std::array one = {1.0};
  const std::array two = {1.0, 2.0};
  CHECK(difference_of({two, two}, {two, two}, {}).value == 0.0);
  CHECK(!difference_of({one, one}, {one, one}, {}).standard_error);
  CHECK_THROWS_AS(difference_of({one, one}, {two, two}, {}), std::invalid_argument);
  CHECK_THROWS_AS(paired_differences({two, one}, {two, two}, {}), std::invalid_argument);
}

}  // namespace multistate::test::ratio_test
