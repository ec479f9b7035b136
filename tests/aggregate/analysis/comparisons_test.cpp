#include <cmath>

#include "multistate/base/random.h"

#include "aggregate/analysis/cells.h"
#include "support/catch.h"

namespace multistate::aggregate::test {
namespace {

// Four samples of ten tokens: 2 nats a token of the full model.
const std::vector<double> kFull = {20.0, 22.0, 18.0, 20.0};

std::vector<double> plus(std::vector<double> losses, const std::vector<double>& more) {
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] += more[i];
  }
  return losses;
}

}  // namespace

TEST_CASE("policies of a size are compared with each other and with the full model") {
  Cells cells;
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4, 3, 3}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2}));
  const size_t other = cells.add("tova", 128, plus(kFull, {1, 1, 1, 1}));
  const size_t full = cells.add("full", 0, kFull);
  const Analysis analysis = cells.analyze();
  REQUIRE(analysis.groups.size() == 1);
  const Group& group = analysis.groups[0];
  CHECK(group.topline == full);
  // For each of two metrics: h2o with tova, and three cells with the full model.
  CHECK(group.comparisons.size() == 8);
  CHECK_NOTHROW(comparison_of(group.comparisons, "perplexity", other, full));

  // Differences of nll by sample: 0.1, 0.2, 0.0, 0.1; mean 0.1; deviation sqrt(0.02 / 3) =
  // 0.0816497; error 0.0408248; t with 3 degrees of freedom 3.182446. Of eight patterns of the
  // three that are not 0 two are as extreme.
  const Comparison& pair = comparison_of(group.comparisons, "nll", h2o, tova);
  CHECK(pair.state_size == 64);
  CHECK(pair.n == 4);
  CHECK(pair.difference == approx(0.1));
  CHECK(*pair.standard_error == approx(0.0408248).epsilon(1e-5));
  CHECK(pair.interval->low == approx(0.1 - 3.182446 * 0.0408248).epsilon(1e-4));
  CHECK(pair.interval->high == approx(0.1 + 3.182446 * 0.0408248).epsilon(1e-4));
  CHECK(*pair.p == 0.25);
  CHECK(*pair.effect == approx(0.1 / 0.0816497).epsilon(1e-5));
  // The three with the full model have 2 of 16 patterns. Holm: 4 * 0.125 for the first, no later
  // one less than that; 1 * 0.25 for the last would be less.
  CHECK(*comparison_of(group.comparisons, "nll", h2o, full).p == 0.125);
  CHECK(*comparison_of(group.comparisons, "nll", h2o, full).p_holm == 0.5);
  CHECK(*pair.p_holm == 0.5);
}

TEST_CASE("the best policy of a size, and what it costs against the full model") {
  Cells cells;
  cells.add("h2o", 64, plus(kFull, {2, 4, 3, 3}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2}));
  cells.add("full", 0, kFull);
  const Group group = cells.analyze().groups.at(0);
  REQUIRE(group.best.size() == 2);
  const Best& best = group.best[0];
  CHECK(best.metric == "nll");
  CHECK(best.state_size == 64);
  CHECK(best.cell == tova);
  CHECK(best.value == approx(2.2));
  REQUIRE(best.versus_full);
  CHECK(best.versus_full->difference == approx(0.2));
}

TEST_CASE("where more is better the best is the highest") {
  Cells cells;
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4, 3, 3}));
  cells.add("tova", 64, kFull);
  for (Cell& cell : cells.collection().cells) {
    cell.metrics["nll"].higher_is_better = true;
  }
  CHECK(cells.analyze().groups.at(0).best.at(0).cell == h2o);
}

TEST_CASE("cells with fewer samples are compared on the common ones") {
  Cells cells;
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2}));
  const size_t full = cells.add("full", 0, {20.0, 22.0});
  cells[full].limited = true;
  const Analysis analysis = cells.analyze();
  const Comparison& pair = comparison_of(analysis.groups.at(0).comparisons, "nll", tova, full);
  CHECK(pair.n == 2);
  // (1 + 2) / 20, not 2.2 - 2.1.
  CHECK(pair.difference == approx(0.15));
  CHECK(warns(analysis, "2 comparisons are over the common samples only"));
  CHECK(warns(analysis, "made: 1 cells ran only the first of their samples (--limit)"));
}

TEST_CASE("cells that read other documents are not compared") {
  Cells cells;
  cells.add("tova", 64, kFull);
  cells.add("h2o", 64, kFull);
  cells[1].data["documents"][0]["name"] = "b.txt";
  const Analysis analysis = cells.analyze();
  CHECK(analysis.groups.at(0).comparisons.empty());
  CHECK(warns(analysis, "2 comparisons left out: the two cells read other documents"));
}

TEST_CASE("a cell without samples has differences and no test") {
  Cells cells;
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 1, 1, 1}));
  const size_t full = cells.add("full", 0, kFull);
  cells[full].samples.clear();
  const Analysis analysis = cells.analyze();
  const Comparison& pair = comparison_of(analysis.groups.at(0).comparisons, "nll", tova, full);
  CHECK(pair.difference == approx(0.1));
  CHECK(!pair.p);
  CHECK(!pair.interval);
  CHECK(pair.n == 0);
  CHECK(warns(analysis, "2 metrics of cells have no samples that make them"));
}

TEST_CASE("samples that do not make the metric are not used") {
  Cells cells;
  cells.add("tova", 64, kFull);
  cells[0].metrics["nll"].value = 2.5;
  const Analysis analysis = cells.analyze();
  CHECK(warns(analysis, "1 metrics of cells have no samples that make them"));
  CHECK(!analysis.intervals.at(0).contains("nll"));
  CHECK(analysis.intervals.at(0).contains("perplexity"));
}

TEST_CASE("cells of two seeds are not compared, cells without a seed are with all") {
  Cells cells;
  const size_t first = cells.add("random", 64, plus(kFull, {1, 2, 3, 2}));
  const size_t second = cells.add("random", 64, plus(kFull, {1, 1, 3, 2}));
  const size_t shuffled = cells.add("shuffled", 64, plus(kFull, {1, 1, 3, 2}));
  const size_t tova = cells.add("tova", 64, kFull);
  cells[first].parameters["seed"] = 0;
  cells[second].parameters["seed"] = 1;
  cells[shuffled].parameters["seed"] = 1;
  AnalysisOptions options;
  options.headline = {"nll"};
  const Group group = cells.analyze(options).groups.at(0);
  CHECK(group.comparisons.size() == 4);
  CHECK_NOTHROW(comparison_of(group.comparisons, "nll", second, shuffled));
  CHECK_NOTHROW(comparison_of(group.comparisons, "nll", first, tova));
  CHECK_NOTHROW(comparison_of(group.comparisons, "nll", second, tova));
}

TEST_CASE("too many pairs become those with the best policy, then those with the full model") {
  Cells cells;
  for (int i = 0; i < 10; ++i) {
    cells.add("p" + std::to_string(i), 64, plus(kFull, {1.0 + i, 2, 3, 2}));
  }
  const size_t full = cells.add("full", 0, kFull);
  AnalysisOptions options;
  options.headline = {"nll"};
  // 45 pairs and 10 with the full model; 9 with the best and 10 with the full model.
  CHECK(cells.analyze(options).groups.at(0).comparisons.size() == 55);
  options.max_comparisons = 54;
  const Analysis fewer = cells.analyze(options);
  CHECK(fewer.groups.at(0).comparisons.size() == 19);
  CHECK_NOTHROW(comparison_of(fewer.groups.at(0).comparisons, "nll", 9, 0));
  CHECK(warns(fewer, "would be 55 comparisons: cells are compared with the best policy"));
  options.max_comparisons = 15;
  const Analysis least = cells.analyze(options);
  CHECK(least.groups.at(0).comparisons.size() == 10);
  CHECK_NOTHROW(comparison_of(least.groups.at(0).comparisons, "nll", 9, full));
  CHECK(warns(least, "compared with the full model only"));
}

TEST_CASE("regret is measured against the yardstick of the same size") {
  Cells cells;
  const size_t tova = cells.add("tova", 64, plus(kFull, {2, 2, 2, 2}));
  const size_t oracle = cells.add("oracle", 64, plus(kFull, {1, 1, 1, 1}));
  cells.add("tova", 128, kFull);
  CHECK(cells.analyze().groups.at(0).regret.empty());
  AnalysisOptions options;
  options.yardstick = "oracle";
  const Group group = cells.analyze(options).groups.at(0);
  CHECK(group.regret.size() == 2);
  CHECK(comparison_of(group.regret, "nll", tova, oracle).difference == approx(0.1));
}

TEST_CASE("the seed changes bootstraps only") {
  Cells cells;
  std::vector<double> losses = {20, 22, 18, 20, 25, 21, 19, 17, 23, 22};
  cells.add("tova", 64, plus(losses, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  cells.add("full", 0, losses);
  AnalysisOptions options;
  const auto interval = [&](uint64_t seed) {
    options.seed = seed;
    return *cells.analyze(options).groups.at(0).comparisons.at(0).interval;
  };
  CHECK(interval(1).low == interval(1).low);
  CHECK(interval(1).low != interval(2).low);
  // t gives 0.55 -+ 2.262 * 0.3028 / sqrt(10): 0.333 to 0.767.
  CHECK(std::abs(interval(1).low - 0.333) < 0.05);
  CHECK(std::abs(interval(1).high - 0.767) < 0.05);
}

}  // namespace multistate::aggregate::test
