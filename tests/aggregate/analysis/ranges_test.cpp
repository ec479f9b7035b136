#include "aggregate/analysis/ranges.h"

#include <cmath>
#include <numeric>

#include "support/catch.h"

namespace multistate::aggregate::test::ranges_test {
namespace {

CellScores scores_of(const std::vector<double>& numerators, const std::vector<int64_t>& units) {
  CellScores scores;
  scores.samples.resize(numerators.size());
  std::iota(scores.samples.begin(), scores.samples.end(), 0);
  scores.units = units.empty() ? scores.samples : units;
  scores.by_sample = {numerators, std::vector<double>(numerators.size(), 1.0)};
  scores.by_unit = {sums_by_unit(scores.by_sample.numerators, scores.units),
                    sums_by_unit(scores.by_sample.denominators, scores.units)};
  return scores;
}

Interval interval_of(const MetricRange& range, const CellScores& scores) {
  std::vector<std::string> warnings;
  Resampling resampling({}, scores.samples.size(), warnings);
  const auto interval = interval_within(range, scores, resampling);
  REQUIRE(interval);
  return *interval;
}

}  // namespace

// Wilson: statsmodels.stats.proportion.proportion_confint(k, n, method="wilson").

TEST_CASE("a share of right answers has Wilson's interval") {
  const Interval interval = interval_of(kShare, scores_of({1, 1, 0, 1, 1, 1, 0, 1, 1, 1}, {}));
  CHECK(interval.low == approx(0.4901625).epsilon(1e-5));
  CHECK(interval.high == approx(0.9433178).epsilon(1e-5));
}

TEST_CASE("a share of nothing or of all is uncertain by the number of units") {
  const std::vector<double> all(12, 1.0);
  const Interval samples = interval_of(kShare, scores_of(all, {}));
  CHECK(samples.high == 1.0);
  CHECK(samples.low == approx(0.7575060).epsilon(1e-5));
  // Four haystacks of three questions.
  const Interval units = interval_of(kShare, scores_of(all, {0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9}));
  CHECK(units.high == 1.0);
  CHECK(units.low == approx(0.5101092).epsilon(1e-5));
}

TEST_CASE("a share over few clusters stays within its range") {
  // Haystacks of three: 3, 3, 3 and 2 right: 11 / 12, standard error sqrt(0.0833333^2) = 1 / 12.
  // Logit: ln(11) -+ 3.182446 * (1 / 12) / (11 / 144) = 2.397895 -+ 3.471759.
  const Interval interval = interval_of(kShare, scores_of({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
                                                          {0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9}));
  CHECK(interval.low == approx(1.0 / (1.0 + std::exp(3.471759 - 2.397895))).epsilon(1e-4));
  CHECK(interval.high == approx(1.0 / (1.0 + std::exp(-3.471759 - 2.397895))).epsilon(1e-4));
  CHECK(interval.high < 1.0);
}

TEST_CASE("a share over enough clusters is bootstrapped, and stays within its range") {
  std::vector<double> answers;
  std::vector<int64_t> units;
  for (int64_t haystack = 0; haystack < 18; ++haystack) {
    for (int depth = 0; depth < 5; ++depth) {
      answers.push_back(haystack == 0 && depth < 3 ? 0.0 : 1.0);
      units.push_back(5 * haystack);
    }
  }
  const Interval interval = interval_of(kShare, scores_of(answers, units));
  CHECK(interval.high == 1.0);
  // One haystack of 18 has 2 of 5 right: drawn three times, 0.9.
  CHECK(interval.low < 87.0 / 90.0);
  CHECK(interval.low > 0.8);
}

TEST_CASE("a count stays above nothing") {
  // Mean 2, standard error sqrt(14 / 12): ln 2 -+ 3.182446 * 0.5400617.
  const Interval interval = interval_of(kNotNegative, scores_of({5, 1, 0, 2}, {}));
  CHECK(interval.low == approx(2.0 * std::exp(-3.182446 * 0.5400617)).epsilon(1e-5));
  CHECK(interval.high == approx(2.0 * std::exp(3.182446 * 0.5400617)).epsilon(1e-5));
  std::vector<std::string> warnings;
  Resampling resampling({}, 4, warnings);
  CHECK(!interval_within(kNotNegative, scores_of({0, 0, 0, 0}, {}), resampling));
}

}  // namespace multistate::aggregate::test::ranges_test
