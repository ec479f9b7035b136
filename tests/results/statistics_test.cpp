#include "multistate/results/statistics.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "multistate/base/random.h"

#include "support/catch.h"

namespace multistate::test::statistics_test {
namespace {

double normal(Random& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

bool covers(const Estimate& estimate, double truth) {
  return std::abs(estimate.value - truth) <= 1.96 * *estimate.standard_error;
}

}  // namespace

TEST_CASE("the mean and its standard error, worked by hand") {
  const std::array values = {1.0, 2.0, 6.0};
  // Mean 3, squares 4 + 1 + 9 = 14, s^2 = 7, sqrt(7 / 3).
  CHECK(mean_of(values).value == approx(3.0));
  CHECK(*mean_of(values).standard_error == approx(std::sqrt(7.0 / 3.0)));
  const std::array one = {5.0};
  CHECK(mean_of(one).value == 5.0);
  CHECK(!mean_of(one).standard_error);
}

TEST_CASE("a ratio of sums and its standard error, worked by hand") {
  const std::array y = {2.0, 6.0};
  const std::array x = {1.0, 3.0};
  // R = 2 and both pairs lie on it: no error.
  CHECK(ratio_of_sums(y, x).value == approx(2.0));
  CHECK(*ratio_of_sums(y, x).standard_error == approx(0.0));
  const std::array z = {4.0, 4.0};
  // R = 2; d = 2, -2; sqrt(8 / 2) / 2 = 1.
  CHECK(*ratio_of_sums(z, x).standard_error == approx(1.0));
}

TEST_CASE("with equal denominators the ratio is the mean") {
  const std::array y = {3.0, 5.0, 10.0};
  const std::array x = {4.0, 4.0, 4.0};
  const std::array mean = {0.75, 1.25, 2.5};
  CHECK(ratio_of_sums(y, x).value == approx(mean_of(mean).value));
  CHECK(*ratio_of_sums(y, x).standard_error == approx(*mean_of(mean).standard_error));
}

TEST_CASE("intervals cover the truth as often as they say: 93 to 97 of 100 at 95") {
  Random random({3});
  constexpr int kDraws = 2000;
  int mean_hits = 0;
  int ratio_hits = 0;
  int exponential_hits = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<double> losses;
    std::vector<double> sums;
    std::vector<double> words;
    for (int i = 0; i < 40; ++i) {
      losses.push_back(3.0 + 0.3 * normal(random));
      words.push_back(100.0 + 40.0 * random.uniform());
      sums.push_back(2.0 * words.back() + 20.0 * normal(random));
    }
    mean_hits += covers(mean_of(losses), 3.0) ? 1 : 0;
    ratio_hits += covers(ratio_of_sums(sums, words), 2.0) ? 1 : 0;
    exponential_hits += covers(exponential(mean_of(losses)), std::exp(3.0)) ? 1 : 0;
  }
  for (const int hits : {mean_hits, ratio_hits, exponential_hits}) {
    CHECK(hits > 0.93 * kDraws);
    CHECK(hits < 0.97 * kDraws);
  }
}

TEST_CASE("numbers that make no sense are refused") {
  CHECK_THROWS_AS(mean_of({}), std::invalid_argument);
  const std::array one = {1.0};
  CHECK_THROWS_AS(ratio_of_sums(one, {}), std::invalid_argument);
}

TEST_CASE("a geometric mean of means, worked by hand") {
  // Means 2 and 8: G = 4. d_i = 4 / 2 * ((x - 2) / 2 + (y - 8) / 8): -2 * (1/2 + 1/4) = -1.5
  // and 1.5. sqrt((2.25 + 2.25) / (2 * 1)) = 1.5.
  const std::vector<std::vector<double>> columns = {{1.0, 3.0}, {6.0, 10.0}};
  const std::array ones = {1.0, 1.0};
  const Estimate mean = geometric_mean_of(columns, ones);
  CHECK(mean.value == approx(4.0));
  CHECK(*mean.standard_error == approx(1.5));
  const std::vector<std::vector<double>> alone = {{2.0}, {8.0}};
  const std::array one = {1.0};
  CHECK(geometric_mean_of(alone, one).value == approx(4.0));
  CHECK(!geometric_mean_of(alone, one).standard_error);
}

TEST_CASE("observations of a geometric mean may be sums over several values, worked by hand") {
  // Sums over 1 and 3 values: means 8 / 4 = 2 and 32 / 4 = 8, G = 4. Shares 2 * (x / 2 + y / 8):
  // 2 * (1 + 1) = 4 and 2 * (3 + 3) = 12, which lie on the ratio 4: no error.
  const std::array counts = {1.0, 3.0};
  const std::vector<std::vector<double>> even = {{2.0, 6.0}, {8.0, 24.0}};
  CHECK(geometric_mean_of(even, counts).value == approx(4.0));
  CHECK(*geometric_mean_of(even, counts).standard_error < 1e-12);
  // Shares 2 * (4 / 2 + 1) = 6 and 2 * (4 / 2 + 3) = 10; d = 2, -2; sqrt(8 / 2) / 2 = 1.
  const std::vector<std::vector<double>> uneven = {{4.0, 4.0}, {8.0, 24.0}};
  CHECK(geometric_mean_of(uneven, counts).value == approx(4.0));
  CHECK(*geometric_mean_of(uneven, counts).standard_error == approx(1.0));
}

TEST_CASE("a geometric mean with a mean of 0 is 0, and has no error") {
  const std::vector<std::vector<double>> columns = {{0.0, 0.0}, {6.0, 10.0}};
  const std::array ones = {1.0, 1.0};
  CHECK(geometric_mean_of(columns, ones).value == 0.0);
  CHECK(!geometric_mean_of(columns, ones).standard_error);
  const std::vector<std::vector<double>> uneven = {{1.0, 1.0}, {1.0}};
  CHECK_THROWS_AS(geometric_mean_of(uneven, ones), std::invalid_argument);
}

}  // namespace multistate::test::statistics_test
