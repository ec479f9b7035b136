#include "multistate/base/all_finite.h"

#include <limits>
#include <vector>

#include "support/catch.h"

namespace multistate::test::all_finite_test {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("numbers are finite or not, at every place") {
  for (const size_t size : {1, 2, 15, 16, 17, 100}) {
    std::vector<float> numbers(size, std::numeric_limits<float>::max());
    CHECK(all_finite(numbers));
    for (size_t i = 0; i < size; ++i) {
      for (const float bad : {kNaN, kInfinity, -kInfinity}) {
        auto spoiled = numbers;
        spoiled[i] = bad;
        CHECK(!all_finite(spoiled));
      }
    }
  }
  CHECK(all_finite({}));
}

}  // namespace multistate::test::all_finite_test
