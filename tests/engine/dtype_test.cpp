// Models in float64: the same engine, and what is left of a difference is not rounding.

#include "multistate/model/dtype.h"

#include <algorithm>
#include <cmath>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/setup.h"

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

/// No token twice: none of the ties that rounding decides.
std::vector<int64_t> distinct_ids(int64_t tokens) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < tokens; ++i) {
    ids.push_back((i * 37 + 11) % 256);
  }
  return ids;
}

double largest_difference(const Evaluation& left, const Evaluation& right) {
  REQUIRE(left.losses.size() == right.losses.size());
  double largest = 0.0;
  for (size_t i = 0; i < left.losses.size(); ++i) {
    largest = std::max(largest, std::abs(left.losses[i] - right.losses[i]));
  }
  return largest;
}

}  // namespace

TEST_CASE("in float64 the fast way of every policy is the slow one") {
  const auto model = tiny_transformer({}, at::kDouble);
  const auto ids = distinct_ids(150);
  for (const std::string& name : policy_registry().names()) {
    INFO(name);
    const bool bounded = policy_registry().find(name)->info.bounded;
    const auto setup = set_up_policy(name, bounded ? 40 : 0);
    const auto fast = Evaluator(*model, setup).evaluate(ids, {});
    if (!setup.needs.future) {
      const auto slow = Evaluator(*model, setup, &token_scan()).evaluate(ids, {});
      CHECK(largest_difference(fast, slow) < 1e-5);
      CHECK(fast.state.evictions == slow.state.evictions);
    }
  }
}

TEST_CASE("rows in float64 take their bytes") {
  const auto model = tiny_transformer({}, at::kDouble);
  const auto setup = set_up_policy("tova", 40);
  // Two layers of two key/value heads of 8: keys and values, the position.
  constexpr int64_t kBytes = 40 * 2 * (2 * 2 * 8 * 8 + 8);
  CHECK(Evaluator(*model, setup).evaluate(distinct_ids(150), {}).state.peak_bytes == kBytes);
  CHECK(expected_peak_bytes(model->spec(), setup, {.tokens = 150}, at::kDouble) == kBytes);
}

TEST_CASE("float32 differs from float64 by rounding") {
  const auto ids = distinct_ids(150);
  for (const char* name : {"full", "tova", "h2o"}) {
    const auto setup = set_up_policy(name, std::string(name) == "full" ? 0 : 40);
    const auto single = Evaluator(*tiny_transformer(), setup).evaluate(ids, {});
    const auto precise = Evaluator(*tiny_transformer({}, at::kDouble), setup).evaluate(ids, {});
    CHECK(largest_difference(single, precise) > 0.0);
    CHECK(largest_difference(single, precise) < 1e-4);
  }
}

TEST_CASE("types have names") {
  CHECK(dtype_of("float32") == at::kFloat);
  CHECK(dtype_of("float64") == at::kDouble);
  CHECK_THROWS_AS(dtype_of("int8"), std::out_of_range);
  CHECK(dtype_names().size() == 2);
}

}  // namespace multistate::test
