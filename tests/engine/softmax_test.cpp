#include "multistate/engine/softmax.h"

#include <cmath>
#include <vector>

#include "multistate/base/random.h"

#include "support/torch.h"

namespace multistate::test::softmax_test {
namespace {

constexpr float kOut = -INFINITY;

std::vector<float> softmax(std::vector<float> logits, const std::vector<float>& bias = {}) {
  softmax_row(logits.data(), bias.empty() ? nullptr : bias.data(),
              static_cast<int64_t>(logits.size()));
  return logits;
}

}  // namespace

TEST_CASE("softmax of a row, whatever its length") {
  Random random({1});
  for (const size_t size : {1, 2, 7, 15, 16, 17, 64, 100, 577}) {
    std::vector<float> logits(size);
    std::vector<float> bias(size, 0.0F);
    for (size_t i = 0; i < size; ++i) {
      logits[i] = static_cast<float>(40.0 * random.uniform() - 20.0);
      bias[i] = i > 0 && random.uniform() < 0.3 ? kOut : 0.0F;
    }
    double sum = 0.0;
    for (size_t i = 0; i < size; ++i) {
      sum += std::exp(static_cast<double>(logits[i] + bias[i]));
    }
    const auto weights = softmax(logits, bias);
    for (size_t i = 0; i < size; ++i) {
      const double exact = std::exp(static_cast<double>(logits[i] + bias[i])) / sum;
      INFO("size " << size << ", entry " << i);
      // A difference of logits is rounded to 2^-24 of its size, up to 40.
      CHECK(std::abs(static_cast<double>(weights[i]) - exact) <= 4e-6 * exact);
    }
  }
}

TEST_CASE("an entry that is out weighs nothing and does not set the scale") {
  const auto weights = softmax({500.0F, 1.0F, 1.0F, 1e30F}, {kOut, 0.0F, 0.0F, kOut});
  CHECK(weights == std::vector<float>{0.0F, 0.5F, 0.5F, 0.0F});
}

TEST_CASE("weights that underflow are 0, and logits of any size are safe") {
  CHECK(softmax({-1000.0F, 0.0F, -200.0F}) == std::vector<float>{0.0F, 1.0F, 0.0F});
  CHECK(softmax({3e38F, 3e38F}) == std::vector<float>{0.5F, 0.5F});
}

TEST_CASE("what is not a number is passed on") {
  for (const float weight : softmax({0.0F, NAN, 1.0F, 2.0F})) {
    CHECK(std::isnan(weight));
  }
  CHECK(std::isnan(softmax({0.0F, INFINITY}).front()));
}

}  // namespace multistate::test::softmax_test
