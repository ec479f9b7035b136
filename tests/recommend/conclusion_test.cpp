#include "multistate/recommend/conclusion.h"

#include "support/catch.h"

namespace multistate::test::conclusion_test {
namespace {

using namespace recommend;

const ChunkLosses kFull = {3.0, 3.2, 2.9, 3.1, 3.3, 2.8, 3.0, 3.1};

ChunkLosses above(const std::vector<double>& costs) {
  ChunkLosses losses = kFull;
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] += costs[i];
  }
  return losses;
}

const ChunkLosses kGood = above({.03, .04, .05, .04, .03, .05, .04, .04});
const ChunkLosses kBad = above({.12, .15, .13, .12, .16, .14, .15, .11});
const ChunkLosses kAsGood = above({.05, .03, .04, .04, .05, .03, .04, .05});  // Mean 0.04125.

}  // namespace

// Expected intervals: scipy.stats.t.ppf(1 - 0.05 / 2 / 2, 7) standard errors to either side.
TEST_CASE("costs have intervals that hold together") {
  const std::vector<Finalist> finalists = {{"a", 1000, 1, kGood}, {"b", 1000, 1, kBad}};
  const Conclusion conclusion = conclude(finalists, kFull);
  REQUIRE(conclusion.costs.size() == 2);
  CHECK(conclusion.costs[0].loss == approx(3.09));
  CHECK(conclusion.costs[0].difference == approx(0.04));
  CHECK(conclusion.costs[0].interval.low == approx(0.03240645533545773));
  CHECK(conclusion.costs[0].interval.high == approx(0.04759354466454212));
  CHECK(conclusion.costs[1].interval.low == approx(0.1171915592162541));
  CHECK(conclusion.costs[1].interval.high == approx(0.15280844078374592));
  CHECK(conclusion.kind == Conclusion::Kind::kBest);
  CHECK(conclusion.chosen == 0);
  CHECK_THAT(conclusion.sentence, ContainsSubstring("a is best (next: b, p = "));
  CHECK_THAT(conclusion.sentence, ContainsSubstring("8 chunks"));
}

TEST_CASE("of those that cannot be told apart the tie rule chooses") {
  // The worse one of the two, by its mean.
  std::vector<Finalist> finalists = {
      {"good", 1000, 1, kGood}, {"bad", 10, 0, kBad}, {"as good", 980, 3, kAsGood}};
  const Conclusion smaller = conclude(finalists, kFull);
  CHECK(smaller.kind == Conclusion::Kind::kTied);
  CHECK(smaller.tied == std::vector<size_t>{0, 2});
  CHECK(smaller.chosen == 2);  // Fewer bytes by 2 %; what is not tied does not count.
  REQUIRE(smaller.chunks_needed);
  CHECK(*smaller.chunks_needed > 8);

  finalists[2].bytes = 995;
  CHECK(conclude(finalists, kFull).chosen == 0);  // Equal bytes, fewer inputs.
  finalists[0].inputs = 3;
  CHECK(conclude(finalists, kFull).chosen == 0);  // And a lower loss.
  finalists[0].inputs = 4;
  CHECK(conclude(finalists, kFull).chosen == 2);
}

TEST_CASE("policies that are the same cannot be told apart by any number of chunks") {
  const std::vector<Finalist> finalists = {{"a", 1000, 1, kGood}, {"b", 1000, 0, kGood}};
  const Conclusion conclusion = conclude(finalists, kFull);
  CHECK(conclusion.kind == Conclusion::Kind::kTied);
  CHECK(conclusion.chosen == 1);
  CHECK(!conclusion.chunks_needed);
}

TEST_CASE("one finalist is recommended without a comparison") {
  const std::vector<Finalist> one = {{"a", 1000, 1, kGood}};
  CHECK(conclude(one, kFull).kind == Conclusion::Kind::kAlone);
}

TEST_CASE("within a limit is what has its whole interval there; the least memory wins") {
  const std::vector<Finalist> finalists = {
      {"small", 100, 1, kBad}, {"middle", 500, 1, kGood}, {"large", 900, 1, kAsGood}};
  const Conclusion found = conclude_within(finalists, kFull, 0.06);
  CHECK(found.kind == Conclusion::Kind::kAlone);
  CHECK(found.chosen == 1);
  // 0.14 is above the mean of the small one, 0.135, but within its interval.
  CHECK(conclude_within(finalists, kFull, 0.14).chosen == 1);
  CHECK(conclude_within(finalists, kFull, 0.16).chosen == 0);
}

TEST_CASE("without a finalist within the limit the closest is named, and what would show it") {
  const std::vector<Finalist> finalists = {{"small", 100, 1, kBad}, {"large", 500, 1, kGood}};
  const Conclusion beyond = conclude_within(finalists, kFull, 0.03);
  CHECK(beyond.kind == Conclusion::Kind::kNone);
  CHECK(beyond.chosen == 1);
  CHECK(beyond.sentence == "no finalist is within the limit; large is closest");
  CHECK(!beyond.chunks_needed);
  const Conclusion unsure = conclude_within(finalists, kFull, 0.045);
  CHECK(unsure.kind == Conclusion::Kind::kNone);
  CHECK(unsure.sentence ==
        "large is within the limit by its mean, but its interval goes beyond it: 8 chunks do not "
        "show it");
  CHECK(unsure.chunks_needed);
}

}  // namespace multistate::test::conclusion_test
