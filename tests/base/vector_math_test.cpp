#include "multistate/base/vector_math.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"

namespace multistate::test::vector_math_test {

TEST_CASE("exp to the last bit but one where the result is a normal number") {
  double worst = 0.0;
  for (int step = 0; step < 240'000; ++step) {
    const auto argument = static_cast<float>(-87.3 + 0.00073 * step);
    const double exact = std::exp(static_cast<double>(argument));
    worst = std::max(worst, std::abs(static_cast<double>(vector_exp(argument)) - exact) / exact);
  }
  CHECK(worst < std::ldexp(1.0, -23));
}

TEST_CASE("exp of very small numbers: denormal results, then 0") {
  for (int step = 0; step < 2'300; ++step) {
    const auto argument = static_cast<float>(-104.5 + 0.0073 * step);
    const double exact = std::exp(static_cast<double>(argument));
    const double spacing = std::ldexp(1.0, -149);
    CHECK(std::abs(static_cast<double>(vector_exp(argument)) - exact) <= 1.01 * spacing);
  }
  CHECK(vector_exp(-105.0F) == 0.0F);
  CHECK(vector_exp(-3e38F) == 0.0F);
  CHECK(vector_exp(-INFINITY) == 0.0F);
  CHECK(std::isnan(vector_exp(NAN)));
  CHECK(std::isnan(vector_exp(-NAN)));
  CHECK(vector_exp(-0.0F) == 1.0F);
  CHECK(vector_exp(0.0F) == 1.0F);
}

}  // namespace multistate::test::vector_math_test
