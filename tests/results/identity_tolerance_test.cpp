#include "multistate/results/identity_tolerance.h"

#include <cmath>
#include <limits>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::identity_tolerance_test {

TEST_CASE("the distance of two numbers is relative to the larger, or to the floor") {
  CHECK(identity_distance(4.0, 5.0, 1.0) == approx(0.2));
  CHECK(identity_distance(-4.0, 5.0, 1.0) == approx(1.8));
  // Below 0.1 a unit: |1e-7 - 3e-7| / (0.1 * 10).
  CHECK(identity_distance(1e-7, 3e-7, 10.0) == approx(2e-7));
  CHECK(identity_distance(0.0, 0.0, 0.0) == 0.0);
}

TEST_CASE("numbers that are not finite are equal to their like only") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  CHECK(identity_distance(nan, nan, 1.0) == 0.0);
  CHECK(identity_distance(inf, inf, 1.0) == 0.0);
  CHECK(identity_distance(inf, -inf, 1.0) == inf);
  CHECK(identity_distance(nan, 1.0, 1.0) == inf);
  CHECK(identity_distance(1.0, inf, 1.0) == inf);
}

TEST_CASE(
    "the tolerance grows with the rounding of the dtype; 1e-6 nats are within it in float32") {
  CHECK(identity_tolerance("float64") < identity_tolerance("float32"));
  CHECK(identity_tolerance("float32") < identity_tolerance("float16"));
  CHECK(identity_tolerance("float16") < identity_tolerance("bfloat16"));
  CHECK(identity_tolerance("float32") * kIdentityFloor == approx(1e-6));
  CHECK_THAT(input_error([] { identity_tolerance("float8"); }),
             ContainsSubstring("model.dtype 'float8': no tolerance is known"));
}

}  // namespace multistate::test::identity_tolerance_test
