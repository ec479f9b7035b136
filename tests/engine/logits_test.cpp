#include "multistate/engine/logits.h"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include "multistate/checkpoint/model_file.h"

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::logits_test {
TEST_CASE("losses and likeliest tokens equal those of all logits in double precision") {
  const TinyStates tiny;
  const std::vector<int64_t> targets = {10, 0, 255, 31, 7, 8, 9};
  const auto predictions = predict(*tiny.model, tiny.hidden, targets);
  const auto logits = tiny.logits(tiny.hidden);
  REQUIRE(predictions.losses.size() == targets.size());
  REQUIRE(predictions.likeliest.size() == targets.size());
  for (size_t token = 0; token < targets.size(); ++token) {
    const float* row = logits.data_ptr<float>() + static_cast<int64_t>(token) * logits.size(1);
    double sum = 0.0;
    int64_t best = 0;
    for (int64_t id = 0; id < logits.size(1); ++id) {
      sum += std::exp(static_cast<double>(row[id]));
      best = row[id] > row[best] ? id : best;
    }
    const double loss = std::log(sum) - static_cast<double>(row[targets[token]]);
    CHECK(std::abs(predictions.losses[token] - loss) < 1e-5);
    CHECK(predictions.likeliest[token] == best);
  }
}

TEST_CASE("of tokens that are equally likely the first is the likeliest, of NaN none") {
  const TinyStates tiny;
  const auto zeros = at::zeros({1, tiny.hidden.size(1)}, at::kFloat);
  const std::vector<int64_t> one = {5};
  CHECK(predict(*tiny.model, zeros, one).likeliest == std::vector<int64_t>{0});
  const auto nothing = predict(*tiny.model, zeros.div(0.0), one);
  CHECK(nothing.likeliest == std::vector<int64_t>{-1});
  CHECK(std::isnan(nothing.losses[0]));
}

TEST_CASE("the largest difference of logits is found for each token") {
  const TinyStates tiny;
  auto other = tiny.hidden.clone();
  other.select(0, 2).mul_(-1.0);
  const auto differences = largest_logit_differences(*tiny.model, tiny.hidden, other);
  const auto expected =
      tiny.logits(tiny.hidden).sub(tiny.logits(other)).abs().amax({1}).contiguous();
  REQUIRE(differences.size() == 7);
  for (int64_t token = 0; token < 7; ++token) {
    CAPTURE(token);
    CHECK(std::abs(differences[static_cast<size_t>(token)] -
                   static_cast<double>(expected.data_ptr<float>()[token])) < 1e-5);
  }
  CHECK(differences[2] > 0.1);
  CHECK(differences[3] == 0.0);
  other.select(0, 3).div_(0.0);
  CHECK(std::isnan(largest_logit_differences(*tiny.model, tiny.hidden, other)[3]));
}

}  // namespace multistate::test::logits_test
