// Models in float64: the same engine, and what is left of a difference is not rounding. In half
// precision: products and rows are rounded, and nothing else is.

#include "multistate/model/dtype.h"

#include <algorithm>
#include <cmath>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/setup.h"

#include "support/input_error.h"
#include "support/spread_cases.h"
#include "support/tiny_transformer.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test::dtype_test {
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

/// Keys and values that bfloat16 holds without rounding.
NaiveInputs rounded_inputs() {
  NaiveInputs inputs = NaiveInputs::random(6, 2, 40, 8);
  for (auto* numbers : {&inputs.keys, &inputs.values}) {
    for (double& number : *numbers) {
      number = static_cast<double>(static_cast<float>(c10::BFloat16(static_cast<float>(number))));
    }
  }
  return inputs;
}

/// Largest difference of the outputs, where the same rows were evicted.
double difference_of_runs(const ScanRun& left, const ScanRun& right) {
  REQUIRE(left.sets.size() == right.sets.size());
  for (size_t set = 0; set < left.sets.size(); ++set) {
    REQUIRE(left.sets[set].trace.evicted_at() == right.sets[set].trace.evicted_at());
  }
  double largest = 0.0;
  for (size_t i = 0; i < left.attended.size(); ++i) {
    largest =
        std::max(largest, static_cast<double>(std::abs(left.attended[i] - right.attended[i])));
  }
  return largest;
}

}  // namespace

TEST_CASE(
    "attention to rows in bfloat16 is that to the same numbers in float32, for every policy") {
  const auto inputs = rounded_inputs();
  for (const int64_t k : {5, 16}) {
    for (const PolicyCase& policy : all_policy_cases(k)) {
      // What is merged is rounded again.
      if (policy.setup.faces.merging != nullptr) {
        continue;
      }
      INFO(policy.name);
      const auto& scan = scan_for(policy.setup);
      const int64_t calls = policy.setup.needs.future ? 1 : 2;
      const auto half = run_scan(scan, inputs, policy.setup, {}, calls, at::kBFloat16);
      const auto whole = run_scan(scan, inputs, policy.setup, {}, calls, at::kFloat);
      CHECK(difference_of_runs(half, whole) == 0.0);
      if (!policy.setup.needs.future) {
        const auto slow = run_scan(token_scan(), inputs, policy.setup, {}, 1, at::kBFloat16);
        CHECK(difference_of_runs(half, slow) < 1e-5);
      }
    }
  }
}

TEST_CASE("merged rows in bfloat16 stay close to those in float32") {
  const auto inputs = rounded_inputs();
  const auto setup = set_up_policy("weightedkv", 16);
  const auto half = run_scan(token_scan(), inputs, setup, {}, 1, at::kBFloat16);
  const auto whole = run_scan(token_scan(), inputs, setup, {}, 1, at::kFloat);
  const double difference = difference_of_runs(half, whole);
  CHECK(difference > 0.0);
  CHECK(difference < 0.05);
}

TEST_CASE("a model in bfloat16 predicts what it does in float32, but for rounding") {
  const auto ids = distinct_ids(150);
  const auto model = tiny_transformer({}, at::kBFloat16);
  CHECK(model->linears().front().scalar_type() == at::kBFloat16);
  for (const char* name : {"full", "tova", "h2o", "weightedkv"}) {
    INFO(name);
    const auto setup = set_up_policy(name, std::string(name) == "full" ? 0 : 40);
    const auto half = Evaluator(*model, setup).evaluate(ids, {});
    const auto whole = Evaluator(*tiny_transformer(), setup).evaluate(ids, {});
    CHECK(half.state.evictions == whole.state.evictions);
    double mean = 0.0;
    for (size_t i = 0; i < half.losses.size(); ++i) {
      mean += std::abs(half.losses[i] - whole.losses[i]) / static_cast<double>(half.losses.size());
    }
    CHECK(mean > 1e-6);
    // Products of bfloat16 are added up as the CPU does it: without instructions for them the loss
    // of this model, of random numbers, moves by 0.1. Near ties may be evicted the other way.
    CHECK(mean < (setup.bounded() ? 1.0 : 0.2));
  }
}

TEST_CASE("rows in bfloat16 take half the bytes") {
  const auto model = tiny_transformer({}, at::kBFloat16);
  const auto setup = set_up_policy("tova", 40);
  // Two layers of two key/value heads of 8: keys and values, the position.
  constexpr int64_t kBytes = 40 * 2 * (2 * 2 * 8 * 2 + 8);
  CHECK(Evaluator(*model, setup).evaluate(distinct_ids(150), {}).state.peak_bytes == kBytes);
  CHECK(expected_peak_bytes(model->spec(), setup, {.tokens = 150}, at::kBFloat16) == kBytes);
}

TEST_CASE("in float64 the fast way of every policy is the slow one") {
  const auto model = tiny_transformer({}, at::kDouble);
  const auto ids = distinct_ids(150);
  for (const std::string& name : policy_registry().names()) {
    INFO(name);
    const bool has_size = policy_registry().find(name)->has_size();
    const auto setup = set_up_with_kinds(name, has_size ? 40 : 0);
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
  CHECK(dtype_of("bfloat16") == at::kBFloat16);
  CHECK(dtype_names().size() == 4);
  CHECK(activation_type(at::kHalf) == at::kFloat);
  CHECK(activation_type(at::kDouble) == at::kDouble);
}

TEST_CASE("a type without products and a device that is not there are refused by name") {
  CHECK(tensor_options("bfloat16", "cpu", "model.").dtype() == at::kBFloat16);
  CHECK_THAT(input_error([] { tensor_options("float32", "tpu9", "--"); }),
             Catch::Matchers::StartsWith("--device: 'tpu9' is no device that this LibTorch"));
  CHECK_THAT(input_error([] { tensor_options("float32", "cpu:x", "model."); }),
             Catch::Matchers::StartsWith("model.device: 'cpu:x' is no device that this LibTorch"));
  const std::string half = input_error([] { tensor_options("float16", "cpu", "model."); });
  if (half != "no error") {  // As LibTorch 2 has these products.
    CHECK_THAT(half, Catch::Matchers::StartsWith("model.dtype: this LibTorch") &&
                         Catch::Matchers::EndsWith("no matrix products of float16 on cpu"));
  }
}

}  // namespace multistate::test::dtype_test
