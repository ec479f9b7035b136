#include "multistate/results/verdict.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

namespace multistate::test::verdict_test {
namespace {

using Losses = std::vector<std::vector<double>>;

VerdictOptions better_if_more() {
  VerdictOptions options;
  options.higher_is_better = true;
  return options;
}

VerdictOptions without_direction() {
  VerdictOptions options;
  options.higher_is_better = std::nullopt;
  return options;
}

VerdictOptions of_haystacks() {
  VerdictOptions options;
  options.unit = "haystack";
  return options;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

/// The verdict on candidates with these losses by sample; those from `controls` on are controls.
Verdict verdict_of(const Losses& losses, VerdictOptions options = {}, size_t controls = 99) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < losses.size(); ++i) {
    candidates.push_back(
        {std::string(1, static_cast<char>('a' + i)), mean(losses[i]), i >= controls});
  }
  const auto differences = [&](size_t a, size_t b) -> std::optional<std::vector<double>> {
    std::vector<double> paired;
    for (size_t i = 0; i < losses[a].size(); ++i) {
      paired.push_back(losses[a][i] - losses[b][i]);
    }
    return paired;
  };
  return judge(candidates, differences, options);
}

const std::vector<double> kBase = {3.0, 3.4, 2.9, 3.3, 3.1, 3.6, 2.8, 3.2};

std::vector<double> plus(const std::vector<double>& more) {
  std::vector<double> losses = kBase;
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] += more[i];
  }
  return losses;
}

// scipy.stats.ttest_1samp: p = 0.000185465 and 0.465355.
const std::vector<double> kClear = {1.0, 2.0, 1.5, 2.5, 0.7, 1.1, 1.9, 2.2};
const std::vector<double> kUnclear = {0.1, -0.2, 0.3, -0.15, 0.25, -0.05, 0.12, 0.02};

}  // namespace

TEST_CASE("the best is better than every other, and its p is the runner-up's") {
  const Verdict verdict = verdict_of({plus(kClear), kBase});
  CHECK(verdict.kind == Verdict::Kind::kBest);
  CHECK(verdict.leader == 1);
  CHECK(verdict.runner_up == 0);
  REQUIRE(verdict.duels.size() == 1);
  CHECK(*verdict.duels[0].p_adjusted == approx(0.000185465).epsilon(1e-5));
  CHECK(verdict.sentence == "b is best (next: a, p = 0.00019, 8 samples)");
}

TEST_CASE("those that cannot be told from the leader are tied with it") {
  const Verdict verdict = verdict_of({plus(kClear), plus(kUnclear), kBase});
  CHECK(verdict.kind == Verdict::Kind::kTied);
  CHECK(verdict.leader == 2);
  CHECK(verdict.tied == std::vector<size_t>{2, 1});
  // Hochberg: 0.465355, and 2 * 0.000185465.
  CHECK(*verdict.duels[0].p_adjusted == approx(2 * 0.000185465).epsilon(1e-5));
  CHECK(*verdict.duels[1].p_adjusted == approx(0.465355).epsilon(1e-5));
  CHECK(verdict.sentence == "no best policy: 8 samples do not tell c and b apart");
}

TEST_CASE("equal values have no winner") {
  // Eight of ten right, the same ones.
  const std::vector<double> right = {1, 1, 0, 1, 1, 1, 0, 1, 1, 1};
  const Verdict verdict = verdict_of({right, right}, better_if_more());
  CHECK(verdict.kind == Verdict::Kind::kTied);
  CHECK(verdict.tied == std::vector<size_t>{0, 1});
}

TEST_CASE("what cannot be told from a control is not the best") {
  const Verdict tied = verdict_of({kBase, plus(kUnclear)}, {}, 1);
  CHECK(tied.kind == Verdict::Kind::kTied);
  CHECK(tied.sentence == "no best policy: 8 samples do not tell a and b (control) apart");
  const Verdict worse = verdict_of({plus(kClear), kBase}, {}, 1);
  CHECK(worse.kind == Verdict::Kind::kCannotTell);
  CHECK(worse.leader == 0);
  CHECK(worse.sentence == "no policy is better than the control, b");
  const Verdict better = verdict_of({kBase, plus(kClear)}, {}, 1);
  CHECK(better.kind == Verdict::Kind::kBest);
  CHECK(better.leader == 0);
}

TEST_CASE("a metric without a direction has no best") {
  const Verdict verdict = verdict_of({plus(kClear), kBase}, without_direction());
  CHECK(verdict.kind == Verdict::Kind::kCannotTell);
  CHECK(!verdict.leader);
  CHECK(verdict.sentence == "neither more nor less of it is better");
}

TEST_CASE("too few samples show nothing, however far apart they are") {
  for (const size_t n : {1U, 2U, 3U}) {
    const Verdict verdict =
        verdict_of({std::vector<double>(n, 1.0), std::vector<double>(n, 9.0)}, of_haystacks());
    CHECK(verdict.kind == Verdict::Kind::kCannotTell);
    CHECK(verdict.leader == 0);
    CHECK(verdict.sentence == count_of(n, "haystack") + " cannot show which policy is best");
  }
  // Four answers, all right against all wrong: no permutation of them can reject.
  const Verdict coins = verdict_of({{1, 1, 1, 1}, {0, 0, 0, 0}}, better_if_more());
  CHECK(coins.kind == Verdict::Kind::kCannotTell);
  CHECK(coins.sentence == "4 samples cannot show which policy is best");
}

TEST_CASE("one candidate, none, and values that are no numbers") {
  CHECK(verdict_of({kBase}).sentence == "a has nothing to be compared with");
  CHECK(verdict_of({}).sentence == "no policy to compare");
  CHECK(verdict_of({kBase}, {}, 0).sentence == "no policy to compare");
  const Verdict verdict = verdict_of({std::vector<double>(8, std::nan("")), kBase});
  CHECK(verdict.sentence == "b has nothing to be compared with");
}

TEST_CASE("candidates with fewer than two common samples are not ranked") {
  const std::vector<Candidate> candidates = {{"a", 1.0}, {"b", 2.0}};
  const auto none = [](size_t, size_t) { return std::optional<std::vector<double>>(); };
  CHECK(judge(candidates, none, {}).sentence ==
        "a and b have fewer than 2 common samples with finite values");
}

}  // namespace multistate::test::verdict_test
