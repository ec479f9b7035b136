#include "multistate/base/counter_random.h"

#include <cmath>

#include "support/catch.h"

namespace multistate::test::counter_random_test {
namespace {

using Words = std::array<uint32_t, 4>;

// The known answers that the authors' library is tested with (Random123, kat_vectors).
TEST_CASE("Philox 4x32-10 is that of its authors") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
  constexpr uint32_t kOnes = 0xFFFFFFFF;
  CHECK(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) ==
        Words{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
  CHECK(philox({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}) ==
        Words{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

// Expected values: tools/lib/philox.py, written from the paper.
TEST_CASE("A number depends on seed, sample, layer, set, step, position and draw alone") {
  CHECK(CounterRandom(0, 0, 0, 0).uniform(0, 0, 0) == 0x1.a957d4adbaca6p-1);
  const CounterRandom random(3, 5, 2, 1);
  CHECK(random.uniform(9, 4, 1) == 0x1.0b31a025c091cp-2);
  CHECK(random.uniform(9, 4, 0) == 0x1.88b0f0e0c6ad0p-2);
  CHECK(random.uniform(9, 4, 1) == 0x1.0b31a025c091cp-2);
  CHECK(
      CounterRandom((uint64_t{1} << 40) + 7, (uint64_t{1} << 33) + 1, 29, 2).uniform(4095, 17, 8) ==
      0x1.6920b4d42defbp-1);
}

TEST_CASE("Numbers of neighbouring rows and steps are uniform, and do not go together") {
  const CounterRandom random(1, 0, 0, 0);
  double sum = 0.0;
  double product = 0.0;
  constexpr int64_t kSteps = 100;
  for (int64_t step = 0; step < kSteps; ++step) {
    for (int64_t row = 0; row < kSteps; ++row) {
      const double value = random.uniform(step, row, 0);
      REQUIRE(value >= 0.0);
      REQUIRE(value < 1.0);
      sum += value;
      product += (value - 0.5) * (random.uniform(step, row + 1, 0) - 0.5) +
                 (value - 0.5) * (random.uniform(step + 1, row, 0) - 0.5);
    }
  }
  CHECK(std::abs(sum / 10'000 - 0.5) < 0.01);  // Three standard errors are 0.0087.
  CHECK(std::abs(product / 10'000) < 0.005);   // Three of them are 0.0035.
}

}  // namespace
}  // namespace multistate::test::counter_random_test
