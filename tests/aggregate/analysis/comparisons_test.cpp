#include <array>
#include <cmath>
#include <utility>

#include "multistate/base/random.h"

#include "aggregate/analysis/cells.h"
#include "support/catch.h"

namespace multistate::aggregate::test::comparisons_test {
namespace {

// Four samples of ten tokens: 2 nats a token of the full model.
const std::vector<double> kFull = {20.0, 22.0, 18.0, 20.0};

std::vector<double> plus(std::vector<double> losses, const std::vector<double>& more) {
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] += more[i];
  }
  return losses;
}

/// The cells that are compared with a control, and that control.
std::vector<std::pair<size_t, size_t>> with_controls(const Group& group) {
  std::vector<std::pair<size_t, size_t>> pairs;
  for (const Comparison& one : group.comparisons) {
    if (one.question == Question::kControl) {
      pairs.emplace_back(one.a, one.b);
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("each policy is compared with the full cache and with the leader of its size") {
  Cells cells;
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4.1, 3, 3.3}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const size_t other = cells.add("tova", 128, plus(kFull, {1, 1, 1, 1}));
  const size_t full = cells.add("full", 0, kFull);
  const Analysis analysis = cells.analyze();
  REQUIRE(analysis.groups.size() == 1);
  const Group& group = analysis.groups[0];
  CHECK(group.baseline == full);
  // For each of two metrics: h2o with tova, and three cells with the full model.
  CHECK(group.comparisons.size() == 8);
  CHECK_NOTHROW(comparison_of(group.comparisons, "perplexity", other, full));

  // Differences of nll by sample: 0.1, 0.21, 0, 0.12. scipy.stats.ttest_1samp: mean 0.1075,
  // standard error, p and interval as below.
  const Comparison& pair = comparison_of(group.comparisons, "nll", h2o, tova);
  CHECK(pair.question == Question::kBest);
  CHECK(pair.state_size == 64);
  CHECK(pair.n == 4);
  CHECK(pair.samples == 4);
  CHECK(pair.difference == approx(0.1075));
  CHECK(*pair.standard_error == approx(0.04308421984903522).epsilon(1e-5));
  CHECK(pair.interval->low == approx(-0.029613216274593096).epsilon(1e-4));
  CHECK(pair.interval->high == approx(0.24461321627459312).epsilon(1e-4));
  CHECK(pair.method == PairedMethod::kStudent);
  CHECK(*pair.p == approx(0.08808551922802456).epsilon(1e-6));
  CHECK(*pair.p_adjusted == approx(0.08808551922802456).epsilon(1e-6));
  CHECK(*pair.effect == approx(1.247556534349168).epsilon(1e-5));
  // With the full cache, a family of two: 0.2, 0.41, 0.3, 0.33 of h2o and 0.1, 0.2, 0.3, 0.21 of
  // tova. Holm: twice the smaller, and the larger.
  const Comparison& first = comparison_of(group.comparisons, "nll", h2o, full);
  const Comparison& second = comparison_of(group.comparisons, "nll", tova, full);
  CHECK(first.question == Question::kFull);
  CHECK(*first.p == approx(0.0056487786898687).epsilon(1e-6));
  CHECK(*first.p_adjusted == approx(2 * 0.0056487786898687).epsilon(1e-6));
  CHECK(*second.p_adjusted == approx(0.01581377870502595).epsilon(1e-6));
}

TEST_CASE("what may be said of a size: the leader, its runner-up, and its cost") {
  Cells cells;
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4.1, 3, 3.3}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const size_t snapkv = cells.add("snapkv", 64, plus(kFull, {9.0, 9.5, 9.1, 9.7}));
  cells.add("full", 0, kFull);
  const Group group = cells.analyze().groups.at(0);
  REQUIRE(group.findings.size() == 2);
  const Finding& tied = group.findings[0];
  CHECK(tied.metric == "nll");
  CHECK(tied.state_size == 64);
  CHECK(tied.kind == Verdict::Kind::kTied);
  CHECK(tied.cell == tova);
  CHECK(tied.tied == std::vector{tova, h2o});
  CHECK(tied.value == approx(2.2025));
  REQUIRE(tied.versus_runner_up);
  CHECK(tied.versus_runner_up->a == h2o);
  CHECK(*tied.versus_runner_up->p == approx(0.08808551922802456).epsilon(1e-6));
  REQUIRE(tied.versus_full);
  CHECK(tied.versus_full->difference == approx(0.2025));
  CHECK(tied.sentence == "no best policy: 4 samples do not tell tova and h2o apart");
  CHECK(*comparison_of(group.comparisons, "nll", snapkv, tova).p_adjusted < 0.05);

  Cells clear;
  clear.add("snapkv", 64, plus(kFull, {9.0, 9.5, 9.1, 9.7}));
  const size_t best = clear.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const Finding finding = clear.analyze().groups.at(0).findings.at(0);
  CHECK(finding.kind == Verdict::Kind::kBest);
  CHECK(finding.cell == best);
}

TEST_CASE("two samples have no best policy") {
  Cells cells;
  cells.add("h2o", 64, {21.0, 23.0});
  cells.add("tova", 64, {28.0, 30.5});
  const Finding finding = cells.analyze().groups.at(0).findings.at(0);
  CHECK(finding.kind == Verdict::Kind::kCannotTell);
  CHECK(finding.sentence == "2 samples cannot show which policy is best");
}

TEST_CASE("where more is better the leader has the highest value") {
  Cells cells;
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4, 3, 3}));
  cells.add("tova", 64, kFull);
  for (Cell& cell : cells.collection().cells) {
    cell.metrics["nll"].higher_is_better = true;
  }
  CHECK(cells.analyze().groups.at(0).findings.at(0).cell == h2o);
  for (Cell& cell : cells.collection().cells) {
    cell.metrics["nll"].has_direction = false;
  }
  const Finding finding = cells.analyze().groups.at(0).findings.at(0);
  CHECK(!finding.cell);
  CHECK(finding.sentence == "neither more nor less of it is better");
}

TEST_CASE("a reference, a baseline and what holds more memory are shown and not ranked") {
  Cells cells;
  const size_t oracle = cells.add("oracle", 64, plus(kFull, {-9, -8.5, -9.3, -9.1}));
  const size_t pieces = cells.add("pieces", 64, plus(kFull, {-8, -8.5, -8.3, -8.1}));
  const size_t lazy = cells.add("lazy", 64, plus(kFull, {-7, -7.5, -7.3, -7.1}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const size_t snapkv = cells.add("snapkv", 64, plus(kFull, {9.0, 9.5, 9.1, 9.7}));
  for (const size_t cell : {oracle, pieces, lazy, tova, snapkv}) {
    cells[cell].measures["bytes_peak"] = cell == lazy ? 95.0 * 1024 : 64.0 * 1024;
  }
  cells[oracle].role = Role::kReference;
  cells[pieces].role = Role::kBaseline;
  const Finding finding = cells.analyze().groups.at(0).findings.at(0);
  CHECK(finding.kind == Verdict::Kind::kBest);
  CHECK(finding.cell == tova);
  CHECK(finding.not_ranked_cells == std::vector{lazy, oracle, pieces});
  CHECK(finding.not_ranked ==
        std::vector<std::string>{
            "lazy: holds 95.0 KiB at its peak, the policy in the middle 64.0 KiB",
            "oracle: an upper reference", "pieces: a baseline"});
  // A tenth more is the same budget.
  cells[lazy].measures["bytes_peak"] = 70.0 * 1024;
  CHECK(cells.analyze().groups.at(0).findings.at(0).cell == lazy);
}

TEST_CASE("each policy is compared with the control that has its scope and protection") {
  Cells cells;
  const size_t random = cells.add("random", 64, plus(kFull, {4.2, 4.1, 3.9, 4.3}));
  const size_t bare = cells.add("random sinks=0", 64, plus(kFull, {9.2, 9.1, 9.9, 9.3}));
  const size_t tova = cells.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const size_t window = cells.add("window", 64, plus(kFull, {5.0, 6.0, 7.5, 5.5}));
  for (const size_t cell : {random, bare, tova, window}) {
    cells[cell].parameters["policy.sinks"] = cell == bare ? 0 : 4;
    cells[cell].parameters["policy.scope"] = cell == window ? "layer" : "kv_head";
    cells[cell].role = cell == random || cell == bare ? Role::kControl : Role::kPolicy;
  }
  AnalysisOptions options;
  options.headline = {"nll"};
  const Group group = cells.analyze(options).groups.at(0);
  CHECK(with_controls(group) == std::vector{std::pair(tova, random)});
  CHECK(group.notes ==
        std::vector<std::string>{
            "window: no control with the same scope and protection was run at cache size 64"});
  // A leader that is not told from a control is no best policy.
  Cells close;
  close.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  close.add("random", 64, plus(kFull, {1.2, 2.11, 2.87, 2.05}));
  close[1].role = Role::kControl;
  const Finding finding = close.analyze().groups.at(0).findings.at(0);
  CHECK(finding.kind == Verdict::Kind::kTied);
  CHECK(finding.sentence ==
        "no best policy: 4 samples do not tell tova and random (control) apart");
}

TEST_CASE("the control of policies by layer has the same ranges, treated alike") {
  Cells cells;
  const auto add = [&](const std::string& policy, const std::string& range,
                       const std::string& scope, const std::vector<double>& losses) {
    const size_t cell = cells.add(range + "=" + policy, 64, plus(kFull, losses));
    cells[cell].parameters["policy.name"] = "by_layer";
    cells[cell].parameters["policy.layers.0-1.name"] = "full";
    cells[cell].parameters["policy.layers." + range + ".name"] = policy;
    cells[cell].parameters["policy.layers." + range + ".scope"] = scope;
    cells[cell].role = policy == "random" ? Role::kControl : Role::kPolicy;
    return cell;
  };
  add("random", "3-", "kv_head", {4.2, 4.1, 3.9, 4.3});
  const size_t control = add("random", "2-", "kv_head", {4.1, 4.2, 3.9, 4.3});
  const size_t tova = add("tova", "2-", "kv_head", {1, 2, 3, 2.1});
  add("window", "2-", "layer", {5.0, 6.0, 7.5, 5.5});
  AnalysisOptions options;
  options.headline = {"nll"};
  const Group group = cells.analyze(options).groups.at(0);
  CHECK(with_controls(group) == std::vector{std::pair(tova, control)});
}

TEST_CASE("samples of one unit are one observation") {
  // Twelve questions on four haystacks, one token each; differences by haystack: 3, 1, 0, 2 of 3.
  Cells cells;
  const std::vector<double> right = {10, 10, 10, 0, 10, 10, 10, 0, 0, 10, 10, 10};
  const std::vector<double> wrong = {0, 0, 0, 0, 0, 10, 10, 0, 0, 10, 0, 0};
  const size_t h2o = cells.add("h2o", 64, right);
  const size_t window = cells.add("window", 64, wrong);
  for (const size_t cell : {h2o, window}) {
    cells[cell].unit = "haystack";
    cells[cell].units = {0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9};
    cells[cell].metrics["nll"].higher_is_better = true;
  }
  AnalysisOptions options;
  options.headline = {"nll"};
  const Group group = cells.analyze(options).groups.at(0);
  const Comparison& pair = comparison_of(group.comparisons, "nll", window, h2o);
  CHECK(pair.n == 4);
  CHECK(pair.samples == 12);
  // -(3 + 1 + 0 + 2) / 12; scipy.stats.sem([1, 1 / 3, 0, 2 / 3]) = 0.2151657.
  CHECK(pair.difference == approx(-0.5));
  CHECK(*pair.standard_error == approx(0.2151657).epsilon(1e-6));
  CHECK(group.findings.at(0).sentence ==
        "no best policy: 4 haystacks do not tell h2o and window apart");
}

TEST_CASE("five depths of eighteen haystacks are eighteen observations") {
  // Where window and h2o differ in results/reference/retrieval (pass keys, 256 rows): 16 answers
  // are right of window only, 2 of h2o only. By haystack the differences are these.
  const std::array<int, 18> haystacks = {2, 1, -1, 1, 0, 1, 2, 0, 0, 2, 0, 1, 2, 0, 0, 3, 0, 0};
  std::vector<double> window;
  std::vector<double> h2o;
  std::vector<int64_t> units;
  for (size_t i = 0; i < haystacks.size(); ++i) {
    for (int depth = 0; depth < 5; ++depth) {
      // In the second haystack two are right of window only, and one of h2o.
      const int more = i == 1 ? 2 : haystacks.at(i);
      window.push_back(depth < more ? kTokens : 0.0);
      h2o.push_back(depth < -more || (i == 1 && depth == 4) ? kTokens : 0.0);
      units.push_back(static_cast<int64_t>(5 * i));
    }
  }
  const auto p_value = [&](bool clustered) {
    Cells cells;
    for (const auto& [policy, losses] : {std::pair("window", window), std::pair("h2o", h2o)}) {
      const size_t cell = cells.add(policy, 256, losses);
      cells[cell].units = clustered ? units : std::vector<int64_t>();
      cells[cell].metrics["nll"].higher_is_better = true;
    }
    AnalysisOptions options;
    options.headline = {"nll"};
    const Group group = cells.analyze(options).groups.at(0);
    return *comparison_of(group.comparisons, "nll", 1, 0).p;
  };
  // All sign patterns by itertools.product and numpy: 0.011719. As independent answers, 16 of 18
  // coins: 2 * (1 + 18 + 153) / 2^18 = 0.0013123, of which 9,999 are drawn.
  CHECK(p_value(true) == approx(0.01171875));
  CHECK(std::abs(p_value(false) - 0.0013123) < 4.0 * std::sqrt(0.0013123 / 9999.0));
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
  CHECK(warns(analysis, "2 comparisons skipped: the two cells read different documents"));
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
  CHECK(warns(analysis, "2 metrics cannot be recomputed from samples"));
}

TEST_CASE("samples that do not make the metric are not used") {
  Cells cells;
  cells.add("tova", 64, kFull);
  cells[0].metrics["nll"].value = 2.5;
  const Analysis analysis = cells.analyze();
  CHECK(warns(analysis, "1 metrics cannot be recomputed from samples"));
  CHECK(!analysis.intervals.at(0).contains("nll"));
  CHECK(analysis.intervals.at(0).contains("perplexity"));
}

TEST_CASE("cells that differ in their seed only are one policy") {
  Cells cells;
  const size_t first = cells.add("random", 64, plus(kFull, {1, 2, 3, 2}));
  const size_t second = cells.add("random", 64, plus(kFull, {3, 1, 3.5, 2}));
  const size_t tova = cells.add("tova", 64, kFull);
  cells[first].parameters["seed"] = 0;
  cells[second].parameters["seed"] = 1;
  AnalysisOptions options;
  options.headline = {"nll"};
  const Group group = cells.analyze(options).groups.at(0);
  REQUIRE(group.comparisons.size() == 1);
  const Comparison& pair = comparison_of(group.comparisons, "nll", first, tova);
  CHECK(pair.n == 4);
  // Means over seeds by sample: 0.2, 0.15, 0.325, 0.2; scipy.stats.sem 0.0373259.
  CHECK(pair.difference == approx(0.21875));
  CHECK(*pair.standard_error == approx(0.0373259).epsilon(1e-5));
}

TEST_CASE("all others are compared with a reference that is asked for") {
  Cells cells;
  cells.add("tova", 64, plus(kFull, {1, 2, 3, 2.1}));
  const size_t h2o = cells.add("h2o", 64, plus(kFull, {2, 4.1, 3, 3.3}));
  cells.add("window", 64, plus(kFull, {3, 4.5, 3.3, 3.7}));
  AnalysisOptions options;
  options.headline = {"nll"};
  options.reference = "h2o";
  const Group group = cells.analyze(options).groups.at(0);
  size_t references = 0;
  for (const Comparison& one : group.comparisons) {
    if (one.question == Question::kReference) {
      CHECK(one.b == h2o);
      ++references;
    }
  }
  CHECK(references == 2);
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

}  // namespace multistate::aggregate::test::comparisons_test
