#include "multistate/engine/sampler.h"

#include <cmath>
#include <vector>

#include "support/torch.h"

namespace multistate::test::sampler_test {
namespace {

constexpr int kDraws = 20'000;

/// How often each id is drawn.
std::vector<double> shares(const std::vector<float>& logits, const Sampling& sampling) {
  Random random({7});
  std::vector<double> counts(logits.size());
  for (int draw = 0; draw < kDraws; ++draw) {
    counts[static_cast<size_t>(sample(logits, sampling, random))] += 1.0 / kDraws;
  }
  return counts;
}

void check_shares(const std::vector<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t id = 0; id < actual.size(); ++id) {
    INFO("id " << id << ": " << actual[id] << ", expected " << expected[id]);
    // Five standard deviations.
    const double margin = 5.0 * std::sqrt(expected[id] * (1.0 - expected[id]) / kDraws);
    CHECK(std::abs(actual[id] - expected[id]) <= margin + 1e-12);
  }
}

/// Logits whose softmax is 0.4, 0.3, 0.2 and 0.1, not in that order.
std::vector<float> logits() {
  return {std::log(0.2F), std::log(0.4F), std::log(0.1F), std::log(0.3F)};
}

}  // namespace

TEST_CASE("temperature 0 takes the most likely, of equals the first, and draws nothing") {
  Random random({1});
  Random untouched({1});
  CHECK(sample(std::vector<float>{1.0F, 3.0F, 3.0F, 2.0F}, {}, random) == 1);
  CHECK(random.bits() == untouched.bits());
}

TEST_CASE("draws follow the softmax at the temperature") {
  check_shares(shares(logits(), {.temperature = 1.0}), {0.2, 0.4, 0.1, 0.3});
  // At 0.5 the probabilities are squared: 0.04, 0.16, 0.01 and 0.09 of 0.3.
  check_shares(shares(logits(), {.temperature = 0.5}),
               {0.04 / 0.3, 0.16 / 0.3, 0.01 / 0.3, 0.09 / 0.3});
}

TEST_CASE("top-k leaves the k most likely, top-p those that reach p, one after the other") {
  check_shares(shares(logits(), {.temperature = 1.0, .top_k = 2}), {0.0, 4.0 / 7, 0.0, 3.0 / 7});
  check_shares(shares(logits(), {.temperature = 1.0, .top_k = 9}), {0.2, 0.4, 0.1, 0.3});
  check_shares(shares(logits(), {.temperature = 1.0, .top_p = 0.65}), {0.0, 4.0 / 7, 0.0, 3.0 / 7});
  check_shares(shares(logits(), {.temperature = 1.0, .top_p = 0.01}), {0.0, 1.0, 0.0, 0.0});
  // Of the three most likely, 0.4 is 4/9 and 0.4 with 0.3 is 7/9: 0.7 takes two of them.
  check_shares(shares(logits(), {.temperature = 1.0, .top_k = 3, .top_p = 0.7}),
               {0.0, 4.0 / 7, 0.0, 3.0 / 7});
}

TEST_CASE("of equally likely tokens the first are kept") {
  const std::vector<float> equal(5, 1.0F);
  check_shares(shares(equal, {.temperature = 1.0, .top_k = 2}), {0.5, 0.5, 0.0, 0.0, 0.0});
}

TEST_CASE("a logit that is not a number is an error") {
  Random random({1});
  CHECK_THROWS_AS(sample(std::vector<float>{0.0F, NAN}, {}, random), std::domain_error);
}

}  // namespace multistate::test::sampler_test
