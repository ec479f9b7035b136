#include "multistate/engine/compared_predictions.h"

#include <cmath>
#include <memory>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::compared_predictions_test {
TEST_CASE("predictions are compared with the full cache's over the whole vocabulary") {
  const TinyStates tiny;
  const std::vector<int64_t> targets = {10, 0, 255, 31, 7, 8, 9};
  auto full = tiny.hidden.clone();
  full.select(0, 1).mul_(-1.0);
  full.select(0, 2).mul_(1.5).add_(0.01);
  double seconds = 0.0;
  const auto [predictions, divergences] =
      predict_and_compare(*tiny.model, tiny.hidden, full, targets, seconds);
  const auto alone = predict(*tiny.model, tiny.hidden, targets);
  CHECK(predictions.losses == alone.losses);
  CHECK(predictions.likeliest == alone.likeliest);
  CHECK(seconds > 0.0);
  REQUIRE(divergences.size() == targets.size());
  const auto log_policy = tiny.logits(tiny.hidden).to(at::kDouble).log_softmax(-1);
  const auto log_full = tiny.logits(full).to(at::kDouble).log_softmax(-1);
  const auto kl = (log_full.exp() * (log_full - log_policy)).sum(-1).contiguous();
  const auto top_policy = log_policy.argmax(-1).contiguous();
  const auto top_full = log_full.argmax(-1).contiguous();
  for (int64_t token = 0; token < 7; ++token) {
    CAPTURE(token);
    const Divergence& divergence = divergences[static_cast<size_t>(token)];
    CHECK(std::abs(divergence.kl - kl.data_ptr<double>()[token]) < 1e-6);
    CHECK(divergence.same_top ==
          (top_policy.data_ptr<int64_t>()[token] == top_full.data_ptr<int64_t>()[token]));
    const int64_t place = token * log_full.size(1) + targets[static_cast<size_t>(token)];
    const double change = std::exp(log_policy.contiguous().data_ptr<double>()[place]) -
                          std::exp(log_full.contiguous().data_ptr<double>()[place]);
    CHECK(std::abs(divergence.probability_change - change) < 1e-6);
  }
  CHECK(divergences[1].kl > 0.1);
  CHECK(!divergences[1].same_top);
  CHECK(divergences[0].kl == 0.0);
  CHECK(divergences[0].same_top);
  CHECK(divergences[0].probability_change == 0.0);
}

TEST_CASE("predictions that are not numbers have no divergence, and no same top token") {
  const TinyStates tiny;
  const auto nothing = tiny.hidden.div(0.0).mul(0.0);
  const std::vector<int64_t> targets = {10, 0, 255, 31, 7, 8, 9};
  double seconds = 0.0;
  const auto compared = predict_and_compare(*tiny.model, nothing, nothing, targets, seconds);
  CHECK(std::isnan(compared.divergences[0].kl));
  CHECK(!compared.divergences[0].same_top);
  CHECK(std::isnan(compared.divergences[0].probability_change));
}

}  // namespace multistate::test::compared_predictions_test
