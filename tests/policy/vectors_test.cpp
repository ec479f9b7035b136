// Sums over vectors, against plain loops in double precision.

#include "multistate/policy/vectors.h"

#include <vector>

#include "support/catch.h"

namespace multistate::test {

TEST_CASE("a quadratic form is the sum over all pairs, whatever the size") {
  for (const size_t size : {1U, 7U, 16U, 64U, 80U, 129U}) {
    std::vector<float> matrix(size * size);
    std::vector<float> x(size);
    for (size_t i = 0; i < size; ++i) {
      x[i] = static_cast<float>(i % 5) - 1.5F;
    }
    double expected = 0.0;
    for (size_t i = 0; i < size; ++i) {
      for (size_t j = 0; j < size; ++j) {
        // Not symmetric, so that an exchange of rows and columns shows.
        const auto entry = static_cast<float>((3 * i + 7 * j) % 11) - 2.0F;
        matrix[i * size + j] = entry;
        expected += double{x[i]} * double{entry} * double{x[j]};
      }
    }
    CAPTURE(size);
    CHECK(quadratic_form(matrix, x) == Approx(expected).epsilon(1e-5));
  }
}

}  // namespace multistate::test
