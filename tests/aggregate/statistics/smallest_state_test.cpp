#include <array>
#include <cmath>

#include "aggregate/statistics/trade_off.h"
#include "support/catch.h"

namespace multistate::aggregate::test::smallest_state_test {
namespace {

constexpr std::array kSizes = {64.0, 128.0, 256.0};

}  // namespace

TEST_CASE("between two sizes the gap is linear in log2 of the size") {
  const std::array gaps = {3.0, 1.0, 0.2};
  // Half way between 1.0 and 0.2 is 0.6, half way between 2^7 and 2^8 is 2^7.5.
  CHECK(*smallest_state(kSizes, gaps, 0.6) == approx(std::exp2(7.5)));
  CHECK(*smallest_state(kSizes, gaps, 0.2) == 256.0);
  CHECK(*smallest_state(kSizes, gaps, 1.0) == 128.0);
  // A quarter of the way from 1.0 to 3.0.
  CHECK(*smallest_state(kSizes, gaps, 1.5) == approx(std::exp2(6.75)));
}

TEST_CASE("below the smallest size and above the largest nothing is claimed") {
  const std::array gaps = {3.0, 1.0, 0.2};
  CHECK(*smallest_state(kSizes, gaps, 5.0) == 64.0);
  CHECK(!smallest_state(kSizes, gaps, 0.1));
  CHECK(!smallest_state(kSizes, std::array{0.0, 0.0, std::nan("")}, 0.1));
  CHECK(!smallest_state({}, {}, 0.1));
}

TEST_CASE("a size below one that is not within the tolerance does not count") {
  // 64 is within 0.5, 128 is not: between 128 and 256, at 0.5 from 0 on the way to 1.
  CHECK(*smallest_state(kSizes, std::array{0.1, 1.0, 0.0}, 0.5) == approx(std::exp2(7.5)));
}

TEST_CASE("a gap without end is not interpolated") {
  CHECK(*smallest_state(kSizes, std::array{HUGE_VAL, HUGE_VAL, 0.0}, 0.5) == 256.0);
}

TEST_CASE("a size without a gap is refused") {
  CHECK_THROWS_AS(smallest_state(kSizes, std::array{1.0}, 0.5), std::invalid_argument);
}

}  // namespace multistate::aggregate::test::smallest_state_test
