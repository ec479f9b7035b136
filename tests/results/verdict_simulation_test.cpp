// How often a sweep of policies that do not differ has a "best" one all the same, and how often one
// that is better is found.

#include <cmath>
#include <numbers>
#include <vector>

#include "multistate/base/random.h"
#include "multistate/results/verdict.h"

#include "support/catch.h"

namespace multistate::test::verdict_simulation_test {
namespace {

constexpr int kSweeps = 2000;

enum class Noise { kNormal, kLaplace };

/// Mean 0, variance 1.
double draw(Noise noise, Random& random) {
  const double u = 1.0 - random.uniform();
  if (noise == Noise::kLaplace) {
    const double size = -std::log(u) / std::numbers::sqrt2;
    return random.uniform() < 0.5 ? -size : size;
  }
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * random.uniform());
}

/// Share of sweeps in which some policy is called the best. Every sample has a difficulty that all
/// policies share. `effect`: how much better the first is, in standard deviations of the paired
/// differences.
double claims(size_t n, size_t policies, Noise noise, double effect) {
  Random random({17, n, policies});
  int claimed = 0;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    std::vector<std::vector<double>> losses(policies, std::vector<double>(n));
    for (size_t i = 0; i < n; ++i) {
      const double difficulty = 3.0 + draw(Noise::kNormal, random);
      for (auto& of_policy : losses) {
        of_policy[i] = difficulty + draw(noise, random);
      }
      losses[0][i] -= effect * std::numbers::sqrt2;
    }
    std::vector<Candidate> candidates;
    for (const auto& of_policy : losses) {
      double sum = 0.0;
      for (const double loss : of_policy) {
        sum += loss;
      }
      candidates.push_back({"p", sum / static_cast<double>(n), false});
    }
    const auto differences = [&](size_t a, size_t b) -> std::optional<std::vector<double>> {
      std::vector<double> paired(n);
      for (size_t i = 0; i < n; ++i) {
        paired[i] = losses[a][i] - losses[b][i];
      }
      return paired;
    };
    const Verdict verdict = judge(candidates, differences, {});
    claimed += verdict.kind == Verdict::Kind::kBest ? 1 : 0;
  }
  return static_cast<double>(claimed) / kSweeps;
}

/// 0.05 and three Monte-Carlo standard errors, sqrt(0.05 * 0.95 / 2000) = 0.0049 each.
constexpr double kMost = 0.05 + 3.0 * 0.0049;

}  // namespace

TEST_CASE("policies that do not differ have a best one in at most 5 % of sweeps", "[slow]") {
  const size_t n = GENERATE(8, 12, 24);
  const size_t policies = GENERATE(2, 5, 24);
  const Noise noise = GENERATE(Noise::kNormal, Noise::kLaplace);
  const double share = claims(n, policies, noise, 0.0);
  INFO("n " << n << ", policies " << policies << (noise == Noise::kLaplace ? ", Laplace" : "")
            << ": " << share);
  CHECK(share <= kMost);
}

TEST_CASE("one policy that is better by a standard deviation is found", "[slow]") {
  const size_t n = GENERATE(8, 12, 24);
  const size_t policies = GENERATE(5, 24);
  const double share = claims(n, policies, Noise::kNormal, 1.0);
  INFO("n " << n << ", policies " << policies << ": " << share);
  // Regression limits, some standard errors (0.011) below what was found: 0.35, 0.09, 0.69, 0.37,
  // 0.98 (n = 8, 12, 24 with 5 and 24 policies). From above power against a single other policy
  // bounds it, 0.68 at n = 8 (power_test.cpp).
  const double least = n == 8    ? (policies == 5 ? 0.30 : 0.05)
                       : n == 12 ? (policies == 5 ? 0.64 : 0.32)
                                 : 0.88;
  CHECK(share > least);
  CHECK(share < (n == 8 ? 0.68 : 1.0));
}

}  // namespace multistate::test::verdict_simulation_test
