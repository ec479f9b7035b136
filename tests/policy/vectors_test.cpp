// Sums over vectors, against plain loops in double precision.

#include "multistate/policy/vectors.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

namespace multistate::test::vectors_test {

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
        expected +=
            static_cast<double>(x[i]) * static_cast<double>(entry) * static_cast<double>(x[j]);
      }
    }
    CAPTURE(size);
    CHECK(quadratic_form(matrix, x) == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("the largest product with any vector between two, whatever the size") {
  for (const size_t size : {1U, 7U, 16U, 64U, 80U, 129U}) {
    std::vector<float> query(size);
    std::vector<float> least(size);
    std::vector<float> largest(size);
    double expected = 0.0;
    for (size_t i = 0; i < size; ++i) {
      query[i] = static_cast<float>(i % 7) - 3.0F;
      least[i] = static_cast<float>(i % 4) - 2.5F;
      largest[i] = least[i] + static_cast<float>(i % 3);
      expected += static_cast<double>(query[i]) *
                  static_cast<double>(query[i] > 0.0F ? largest[i] : least[i]);
    }
    CAPTURE(size);
    CHECK(largest_dot(query, least, largest) == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("softmax: large logits do not overflow, -infinity gives 0, NaN is not lost") {
  // exp(-ln 3) to exp(0): 1/3 and 1, so a quarter and three quarters.
  std::vector<float> x = {1000.0F - std::log(3.0F), -INFINITY, 1000.0F};
  softmax(x);
  CHECK(x[0] == Approx(0.25).epsilon(1e-4));
  CHECK(x[1] == 0.0F);
  CHECK(x[2] == Approx(0.75).epsilon(1e-4));
  std::vector<float> spoilt = {0.0F, NAN, 1.0F};
  softmax(spoilt);
  CHECK((std::isnan(spoilt[0]) && std::isnan(spoilt[1]) && std::isnan(spoilt[2])));
}

}  // namespace multistate::test::vectors_test
