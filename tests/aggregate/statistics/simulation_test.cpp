// What intervals and tests promise, held to simulated samples: chunks of a text with a difficulty
// of their own, which all policies share, and unequal numbers of tokens.

#include <cmath>
#include <numbers>
#include <vector>

#include "multistate/aggregate/interval.h"
#include "multistate/base/random.h"
#include "multistate/results/paired_test.h"

#include "support/catch.h"

namespace multistate::aggregate::test::simulation_test {
namespace {

constexpr int kDraws = 2000;
constexpr size_t kReplicates = 1999;
constexpr double kLoss = 3.0;
constexpr double kGap = 0.1;

double normal(Random& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

struct Simulated {
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> tokens;
  std::vector<double> ones;
};

/// n chunks on which a loses kLoss + gap and b kLoss nats a token, in the mean of all chunks.
Simulated simulate(size_t n, double gap, Random& random) {
  Simulated samples;
  for (size_t i = 0; i < n; ++i) {
    const double tokens = 400.0 + 300.0 * random.uniform();
    const double difficulty = kLoss + 0.2 * normal(random);
    samples.a.push_back(tokens * (difficulty + gap + 0.05 * normal(random)));
    samples.b.push_back(tokens * (difficulty + 0.05 * normal(random)));
    samples.tokens.push_back(tokens);
    samples.ones.push_back(1.0);
  }
  return samples;
}

bool holds(const std::optional<Interval>& interval, double truth) {
  return interval && interval->low <= truth && truth <= interval->high;
}

std::optional<Interval> bootstrap(const RatioScores& scores, const RatioForm& form,
                                  const BootstrapPlan& plan) {
  auto replicates = plan.ratios(scores);
  for (double& replicate : replicates) {
    replicate = form.value(replicate);
  }
  return percentile_interval(replicates, scores.size());
}

std::optional<Interval> bootstrap_difference(const RatioScores& a, const RatioScores& b,
                                             const RatioForm& form, const BootstrapPlan& plan) {
  auto replicates = plan.ratios(a);
  const auto others = plan.ratios(b);
  for (size_t i = 0; i < replicates.size(); ++i) {
    replicates[i] = form.value(replicates[i]) - form.value(others[i]);
  }
  return percentile_interval(replicates, a.size());
}

void check_coverage(int hits) {
  CHECK(hits >= 0.93 * kDraws);
  CHECK(hits <= 0.97 * kDraws);
}

}  // namespace

TEST_CASE("95 % intervals hold the truth in 93 to 97 % of 2,000 draws", "[slow]") {
  const size_t n = GENERATE(12, 20, 40);
  CAPTURE(n);
  Random random({11, n});
  int mean = 0;
  int ratio = 0;
  int exponential = 0;
  int difference = 0;
  int student = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Simulated samples = simulate(n, kGap, random);
    const RatioScores a{samples.a, samples.tokens};
    const RatioScores b{samples.b, samples.tokens};
    std::vector<double> losses(n);
    for (size_t i = 0; i < n; ++i) {
      losses[i] = samples.b[i] / samples.tokens[i];
    }
    // Other draws of the bootstrap every time, or the 2,000 would not be independent.
    const BootstrapPlan plan(n, kReplicates, static_cast<uint64_t>(draw));
    mean += holds(bootstrap({losses, samples.ones}, {}, plan), kLoss);
    ratio += holds(bootstrap(b, {}, plan), kLoss);
    exponential += holds(bootstrap(b, {1.0, true}, plan), std::exp(kLoss));
    difference += holds(bootstrap_difference(a, b, {1.0, true}, plan),
                        std::exp(kLoss + kGap) - std::exp(kLoss));
    student += holds(t_interval(RatioScores{losses, samples.ones}, {}), kLoss);
  }
  check_coverage(mean);
  check_coverage(ratio);
  check_coverage(exponential);
  check_coverage(difference);
  check_coverage(student);
}

TEST_CASE("t intervals stand in for the bootstrap of very few samples", "[slow]") {
  const size_t n = GENERATE(2, 4, 7);
  CAPTURE(n);
  Random random({12, n});
  int ratio = 0;
  int difference = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Simulated samples = simulate(n, kGap, random);
    const RatioScores a{samples.a, samples.tokens};
    const RatioScores b{samples.b, samples.tokens};
    ratio += holds(t_interval(b, {1.0, true}), std::exp(kLoss));
    difference += holds(t_interval(difference_of(a, b, {}), n), kGap);
  }
  check_coverage(ratio);
  check_coverage(difference);
}

TEST_CASE("the permutation test rejects a true null hypothesis in 4 to 6 % of cases", "[slow]") {
  // Enumerated, and drawn.
  const size_t n = GENERATE(12, 40);
  CAPTURE(n);
  Random random({13, n});
  constexpr int kTests = 10000;
  int rejected = 0;
  int found = 0;
  for (int test = 0; test < kTests; ++test) {
    const Simulated same = simulate(n, 0.0, random);
    const auto seed = static_cast<uint64_t>(test);
    const auto differences =
        paired_differences({same.a, same.tokens}, {same.b, same.tokens}, {1.0, true});
    rejected += sign_flip_p(differences, 999, seed) <= 0.05;
    // A gap of one and a half of its standard deviations, sqrt(2) * 0.05, is found.
    const Simulated other = simulate(n, 0.1, random);
    found += sign_flip_p(paired_differences({other.a, other.tokens}, {other.b, other.tokens}, {}),
                         999, seed) <= 0.05;
  }
  CHECK(rejected >= 0.04 * kTests);
  CHECK(rejected <= 0.06 * kTests);
  CHECK(found > 0.9 * kTests);
}

}  // namespace multistate::aggregate::test::simulation_test
