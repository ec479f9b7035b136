#include "multistate/base/random.h"

#include <cmath>
#include <random>

#include "support/catch.h"

namespace multistate::test::random_test {
namespace {

// [rand.predef] of the C++ standard.
TEST_CASE("The standard library's engine is the standard's") {
  std::mt19937_64 engine;
  engine.discard(9999);
  CHECK(engine() == 9981545732273789042U);
}

// Expected values: an implementation of seed_seq and mt19937_64 in Python, written from
// [rand.util.seedseq] and [rand.eng.mers] and checked against the value above; each word is passed
// as its low and its high 32 bits.
TEST_CASE("The same words give the same stream on every platform") {
  Random zero({0});
  CHECK(zero.bits() == 6426926556729538995U);
  CHECK(zero.bits() == 14760968932797881514U);
  CHECK(zero.bits() == 13378072368735584898U);
  Random three({1, 2, 3});
  CHECK(three.bits() == 16362493885974328174U);
  CHECK(three.bits() == 5057471783057986117U);
  Random high({uint64_t{1} << 40, 7});
  CHECK(high.bits() == 10938434066826939347U);
}

TEST_CASE("Uniform numbers are the upper 53 bits as a fraction") {
  CHECK(Random({0}).uniform() == 0x1.64c41e9bad8dep-2);
  CHECK(Random({1, 2, 3}).uniform() == 0x1.c62682fe82006p-1);
  Random stream({5});
  double sum = 0.0;
  for (int64_t i = 0; i < 10'000; ++i) {
    const double value = stream.uniform();
    REQUIRE(value >= 0.0);
    REQUIRE(value < 1.0);
    sum += value;
  }
  CHECK(std::abs(sum / 10'000 - 0.5) < 0.01);  // Three standard errors are 0.0087.
}

TEST_CASE("Every word matters, its high half and its place too") {
  const uint64_t reference = Random({1, 2}).bits();
  CHECK(Random({1, 2}).bits() == reference);
  CHECK(Random({2, 1}).bits() != reference);
  CHECK(Random({1, 3}).bits() != reference);
  CHECK(Random({1}).bits() != reference);
  CHECK(Random({1, 2, 0}).bits() != reference);
  CHECK(Random({1, 2 | uint64_t{1} << 32}).bits() != reference);
}

}  // namespace
}  // namespace multistate::test::random_test
