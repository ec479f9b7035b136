#include <cmath>
#include <numbers>

#include "multistate/base/random.h"
#include "multistate/conformance/naive_scan.h"

namespace multistate {
namespace {

constexpr int64_t kHidden = 6;  ///< Elements of hidden states.

/// Ids of a small vocabulary, in no order, some of them more than once.
void add_ids(NaiveInputs& inputs) {
  for (int64_t token = 0; token < inputs.tokens; ++token) {
    inputs.ids.push_back((token * token + 3 * token + 5) % NaiveInputs::kVocabulary);
  }
}

}  // namespace

NaiveInputs NaiveInputs::random(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                                double spread) {
  NaiveInputs inputs = {.heads = heads, .kv_heads = kv_heads, .head_size = 8, .tokens = tokens};
  Random random({seed});
  const auto normal = [&random] {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
  };
  add_ids(inputs);
  const auto fill = [&](std::vector<double>& data, int64_t count, double width) {
    for (int64_t i = 0; i < count * tokens * inputs.head_size; ++i) {
      // Through single precision, so that the engine gets exactly the same numbers.
      data.push_back(static_cast<double>(static_cast<float>(width * normal())));
    }
  };
  fill(inputs.queries, heads, spread);
  fill(inputs.keys, kv_heads, 1.0);
  fill(inputs.values, kv_heads, 1.0);
  for (int64_t i = 0; i < heads * inputs.head_size * kHidden; ++i) {
    inputs.output.push_back(static_cast<double>(static_cast<float>(normal())));
  }
  return inputs;
}

NaiveInputs NaiveInputs::integers(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                                  int64_t largest) {
  NaiveInputs inputs = {.heads = heads, .kv_heads = kv_heads, .head_size = 16, .tokens = tokens};
  Random random({seed});
  add_ids(inputs);
  const auto fill = [&](std::vector<double>& data, int64_t count) {
    for (int64_t i = 0; i < count * tokens * inputs.head_size; ++i) {
      data.push_back(std::floor(random.uniform() * static_cast<double>(2 * largest + 1)) -
                     static_cast<double>(largest));
    }
  };
  fill(inputs.queries, heads);
  fill(inputs.keys, kv_heads);
  fill(inputs.values, kv_heads);
  for (int64_t i = 0; i < heads * inputs.head_size * kHidden; ++i) {
    inputs.output.push_back(static_cast<double>(i * i % 5 - 2));
  }
  return inputs;
}

}  // namespace multistate
