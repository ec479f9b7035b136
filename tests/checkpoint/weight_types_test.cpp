#include "multistate/checkpoint/weight_types.h"

#include <vector>

#include "support/catch.h"

namespace multistate::test::weight_types_test {

TEST_CASE("weights are described by their types' share of the parameters, and by bits") {
  // Blocks of 32 weights: Q4_1 has 16 bytes of digits and two halves (20 bytes), Q8_0 a half
  // and 32 bytes (34).
  const WeightTypes one = weight_types(
      std::vector<TensorInfo>{{"a", "Q4_1", {64, 100}, 6400 / 32 * 20}, {"n", "F32", {40}, 160}});
  CHECK(one.parameters == 6440);
  CHECK(one.shares.at("Q4_1") == approx(6400.0 / 6440.0));
  CHECK(one.bits_per_weight() == approx(8.0 * 4160.0 / 6440.0));
  CHECK(one.text() == "Q4_1, 5.2 bits/weight");
  const WeightTypes two = weight_types(
      std::vector<TensorInfo>{{"a", "Q8_0", {32, 10}, 340}, {"b", "Q4_1", {32, 30}, 600}});
  CHECK(two.text() == "Q4_1 75 %, Q8_0 25 %, 5.9 bits/weight");
  const WeightTypes plain = weight_types(std::vector<TensorInfo>{{"a", "BF16", {10}, 20}});
  CHECK(plain.text() == "BF16, 16.0 bits/weight");
  CHECK(weight_types(std::vector<TensorInfo>{}).bits_per_weight() == 0.0);
}

}  // namespace multistate::test::weight_types_test
