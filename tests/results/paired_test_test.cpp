#include "multistate/results/paired_test.h"

#include <array>
#include <cmath>
#include <vector>

#include "support/catch.h"

namespace multistate::test::paired_test_test {
namespace {

constexpr size_t kDraws = 9999;

double p_of(std::initializer_list<double> differences) {
  return sign_flip_p(std::vector(differences), kDraws, 1);
}

}  // namespace

TEST_CASE("the share of sign patterns that are as extreme, counted by hand") {
  // Only +++ and --- reach 6.
  CHECK(p_of({1.0, 2.0, 3.0}) == 2.0 / 8.0);
  // |9|, |5|, |3|, |-1| with a plus before the 4; 5 is observed.
  CHECK(p_of({4.0, 3.0, -2.0}) == 4.0 / 8.0);
  // 5, 3, 3, 1; 3 is observed.
  CHECK(p_of({3.0, 1.0, -1.0}) == 6.0 / 8.0);
  CHECK(p_of({-3.0, -1.0, 1.0}) == 6.0 / 8.0);
  CHECK(p_of({5.0}) == 1.0);
  CHECK(p_of({0.0, 0.0, 0.0}) == 1.0);
  CHECK(p_of({1.0, 2.0, -3.0}) == 1.0);
}

TEST_CASE("sums that differ by rounding only are equally extreme") {
  // With a plus before 0.3 the sums are 0.6, 0.4, 0.2 and 0.0, and 0.4 is observed.
  CHECK(p_of({0.3, 0.2, -0.1}) == 4.0 / 8.0);
  // Ten times the same, whose sum is not 1.0 in binary: only both ends.
  CHECK(p_of({0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}) == 2.0 / 1024.0);
}

TEST_CASE("patterns that are drawn come near those that are enumerated") {
  // 30 differences, 20 of them up by 1, 10 down by 1: the sum is a binomial's. P(|2 U - 30| >= 10)
  // = 2 P(U >= 20) for U of Binomial(30, 1/2) = 2 * 0.0493685 = 0.098737.
  std::vector<double> differences(30, 1.0);
  std::fill(differences.begin(), differences.begin() + 10, -1.0);
  const double p = sign_flip_p(differences, kDraws, 1);
  // Four standard errors: 4 * sqrt(0.0987 * 0.9013 / 9999) = 0.012.
  CHECK(std::abs(p - 0.098737) < 0.012);
  CHECK(p == sign_flip_p(differences, kDraws, 1));
  CHECK(p != sign_flip_p(differences, kDraws, 2));
}

TEST_CASE("more than 64 signs are drawn as well") {
  // 100 up, 0 down: no other pattern is as extreme, so p is 1 / (draws + 1).
  CHECK(sign_flip_p(std::vector(100, 1.0), 999, 1) == 1.0 / 1000.0);
  // 60 up, 40 down: 2 P(U >= 60) = 0.056888 for U of Binomial(100, 1/2).
  std::vector<double> differences(100, 1.0);
  std::fill(differences.begin(), differences.begin() + 40, -1.0);
  CHECK(std::abs(sign_flip_p(differences, kDraws, 1) - 0.056888) < 0.0093);
}

TEST_CASE("Cohen's d_z, worked by hand") {
  // Mean 2, deviation 1.
  CHECK(cohens_dz(std::array{1.0, 2.0, 3.0}) == approx(2.0));
  CHECK(cohens_dz(std::array{-1.0, -2.0, -3.0}) == approx(-2.0));
  CHECK(cohens_dz(std::array{0.0, 0.0}) == 0.0);
  CHECK(std::isinf(cohens_dz(std::array{0.5, 0.5})));
  CHECK(std::isnan(cohens_dz(std::array{1.0})));
}

TEST_CASE("Holm's correction, worked by hand") {
  // 0.01 * 3 = 0.03; 0.03 * 2 = 0.06; 0.04 * 1 is less than 0.06, which it may not be.
  const auto adjusted = holm(std::array{0.01, 0.04, 0.03});
  CHECK(adjusted[0] == approx(0.03));
  CHECK(adjusted[1] == approx(0.06));
  CHECK(adjusted[2] == approx(0.06));
  CHECK(holm(std::array{0.7, 0.8}) == std::vector{1.0, 1.0});
  CHECK(holm({}).empty());
}

TEST_CASE("Hochberg's correction, worked by hand") {
  // From the largest: 0.04; 0.03 * 2 = 0.06, which may not be more than 0.04; 0.01 * 3.
  const auto adjusted = hochberg(std::array{0.01, 0.04, 0.03});
  CHECK(adjusted[0] == approx(0.03));
  CHECK(adjusted[1] == approx(0.04));
  CHECK(adjusted[2] == approx(0.04));
  // 0.2; 0.02 * 2; 0.019 * 3 = 0.057 is more than 0.04.
  const auto other = hochberg(std::array{0.02, 0.2, 0.019});
  CHECK(other[0] == approx(0.04));
  CHECK(other[1] == approx(0.2));
  CHECK(other[2] == approx(0.04));
  CHECK(hochberg({}).empty());
}

TEST_CASE("differences that are no numbers are refused") {
  CHECK_THROWS_AS(p_of({}), std::invalid_argument);
  CHECK_THROWS_AS(p_of({1.0, std::nan("")}), std::invalid_argument);
}

TEST_CASE("the test suits the number of samples and of tests") {
  // No two of the same size. 2 / 2^8 * tests may be 0.005 at most for a permutation: no test; 2 /
  // 2^9
  // * 1 = 0.0039 is.
  const std::array<double, 9> nine = {1.0, 2.0, 1.5, 2.5, 0.7, 1.1, 1.9, 2.2, -0.1};
  const std::span<const double> all = nine;
  CHECK(paired_test(all.first(8), 1, {}).method == PairedMethod::kStudent);
  CHECK(paired_test(all, 1, {}).method == PairedMethod::kPermutation);
  CHECK(paired_test(all, 2, {}).method == PairedMethod::kStudent);
  CHECK(paired_test(all.first(4), 1, {}).method == PairedMethod::kStudent);
  const PairedTest few = paired_test(all.first(3), 1, {});
  CHECK(few.method == PairedMethod::kNone);
  CHECK(!few.p);
  CHECK(few.n == 3);
  CHECK(!can_reject(few, 1, {}));
  // scipy.stats.ttest_1samp of the first eight.
  CHECK(*paired_test(all.first(8), 1, {}).p == approx(0.0001854654011341377).epsilon(1e-10));
  // 2 of 2^9 patterns reach the sum but for the last one, whose sign may differ: 4.
  CHECK(*paired_test(all, 1, {}).p == 4.0 / 512.0);
}

TEST_CASE("differences of right and wrong answers are never given to a t test") {
  // Five right answers more and no wrong one: t would say p = 0, five coins say 2 / 32.
  const std::array same = {1.0, 1.0, 1.0, 1.0, 1.0};
  const PairedTest test = paired_test(same, 1, {});
  CHECK(test.method == PairedMethod::kPermutation);
  CHECK(*test.p == 2.0 / 32.0);
  CHECK(!can_reject(test, 1, {}));
  // 2 / 2^8 * 6 = 0.047; * 7 = 0.055.
  const std::array eight = {1.0, 0.0, 1.0, 1.0, -1.0, 1.0, 0.0, 1.0};
  CHECK(can_reject(paired_test(eight, 6, {}), 6, {}));
  CHECK(!can_reject(paired_test(eight, 7, {}), 7, {}));
  CHECK(*paired_test(std::array{0.0, 0.0, 0.0, 0.0}, 1, {}).p == 1.0);
}

TEST_CASE("where drawn permutations are too coarse, or not drawn at all, t stands in") {
  std::vector<double> many;
  for (int i = 0; i < 40; ++i) {
    many.push_back(1.0 + 0.01 * i);
  }
  CHECK(paired_test(many, 50, {0, 9999}).method == PairedMethod::kPermutation);
  CHECK(paired_test(many, 51, {0, 9999}).method == PairedMethod::kStudent);
  CHECK(paired_test(many, 1, {0, 0}).method == PairedMethod::kStudent);
}

}  // namespace multistate::test::paired_test_test
