#include <array>
#include <cmath>

#include "multistate/base/random.h"

#include "aggregate/statistics/trade_off.h"
#include "support/catch.h"

namespace multistate::aggregate::test::front_test {
namespace {

// By the definition: no other is as low in both and lower in one.
bool on_front(std::span<const Costs> all, const Costs& one) {
  for (const Costs& other : all) {
    if (other.first <= one.first && other.second <= one.second &&
        (other.first < one.first || other.second < one.second)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("the front of a few candidates") {
  const std::array candidates = {Costs{3, 1}, Costs{1, 3}, Costs{2, 2},           Costs{2, 3},
                                 Costs{2, 2}, Costs{1, 4}, Costs{4, std::nan("")}};
  CHECK(pareto_front(candidates) == std::vector<size_t>{1, 2, 4, 0});
  CHECK(pareto_front({}).empty());
}

TEST_CASE("the front is what its definition says") {
  Random random({7});
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Costs> candidates;
    for (int i = 0; i < 12; ++i) {
      // Of so few values some are equal.
      candidates.push_back(
          {std::floor(random.uniform() * 5.0), std::floor(random.uniform() * 5.0)});
    }
    std::vector<bool> found(candidates.size(), false);
    for (const size_t i : pareto_front(candidates)) {
      found[i] = true;
    }
    for (size_t i = 0; i < candidates.size(); ++i) {
      CHECK(found[i] == on_front(candidates, candidates[i]));
    }
  }
}

}  // namespace multistate::aggregate::test::front_test
