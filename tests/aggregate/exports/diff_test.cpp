#include "aggregate/exports/diff.h"

#include <cmath>

#include "multistate/base/random.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test {
namespace {

using namespace aggregate;

/// A done cell whose metric "nll" its samples make, each over 10 tokens.
Cell cell_of(const std::string& policy, const std::vector<double>& losses) {
  Cell cell;
  cell.state = CellState::kDone;
  cell.label = policy;
  cell.parameters["policy.name"] = policy;
  double total = 0.0;
  for (size_t i = 0; i < losses.size(); ++i) {
    total += losses[i];
    cell.samples["nll"].push_back({static_cast<int64_t>(i), losses[i], 10.0});
  }
  Metric& metric = cell.metrics["nll"];
  metric.value = total / (10.0 * static_cast<double>(losses.size()));
  metric.standard_error = 0.1;
  metric.n = static_cast<int64_t>(losses.size());
  metric.samples = SampleRatio{.numerator = "x", .denominator = "y"};
  return cell;
}

Collection side(const std::vector<Cell>& cells) {
  Collection collection;
  collection.sweeps.push_back({.name = "s", .folder = "s", .planned = cells.size()});
  collection.cells = cells;
  return collection;
}

std::vector<double> shifted(std::vector<double> losses, double by) {
  for (double& loss : losses) {
    loss += by;
  }
  return losses;
}

const std::vector<double> kEight = {20, 25, 31, 18, 27, 22, 29, 24};

}  // namespace

TEST_CASE("equal results have not changed") {
  const Collection a = side({cell_of("tova", kEight), cell_of("h2o", kEight)});
  const Diff same = diff(a, a);
  CHECK_FALSE(same.is_changed());
  CHECK(same.compared.size() == 2);
  CHECK(diff_text(same, a, a) ==
        "2 cells compared: 0 metrics changed, 0 differ within noise, 2 are equal\n");
}

TEST_CASE("a small change in the same direction on every sample is more than noise") {
  const Collection a = side({cell_of("tova", kEight)});
  const Collection b = side({cell_of("tova", shifted(kEight, 0.01))});
  const Diff found = diff(a, b);
  REQUIRE(found.metrics.size() == 1);
  CHECK(found.metrics[0].test == DiffTest::kPermutation);
  // 2 of 2^8 sign patterns are as extreme.
  CHECK(*found.metrics[0].p == approx(2.0 / 256.0));
  CHECK(found.is_changed());
  CHECK_THAT(diff_text(found, a, b),
             ContainsSubstring("changed: p = 0.0078, paired over 8 samples"));
}

TEST_CASE("a change that goes either way is noise") {
  std::vector<double> other = kEight;
  for (size_t i = 0; i < other.size(); ++i) {
    other[i] += i % 2 == 0 ? 3.0 : -2.9;
  }
  const Diff found = diff(side({cell_of("tova", kEight)}), side({cell_of("tova", other)}));
  CHECK(found.metrics[0].test == DiffTest::kPermutation);
  CHECK_FALSE(found.is_changed());
}

TEST_CASE("p-values of many cells are adjusted: one of twenty would otherwise change by chance") {
  std::vector<Cell> a;
  std::vector<Cell> b;
  Random random({5});
  for (int i = 0; i < 40; ++i) {
    std::vector<double> losses = kEight;
    for (double& loss : losses) {
      loss += random.uniform() - 0.5;
    }
    a.push_back(cell_of("p" + std::to_string(i), kEight));
    b.push_back(cell_of("p" + std::to_string(i), losses));
  }
  CHECK_FALSE(diff(side(a), side(b)).is_changed());
}

TEST_CASE("few samples are judged by a paired t-test") {
  const std::vector<double> few = {20, 25, 31};
  const Collection a = side({cell_of("tova", few)});
  const Diff clear = diff(a, side({cell_of("tova", {25.0, 30.1, 35.9})}));
  CHECK(clear.metrics[0].test == DiffTest::kPairedT);
  CHECK(clear.is_changed());
  CHECK_FALSE(diff(a, side({cell_of("tova", {25.0, 23.0, 31.5})})).is_changed());
  CHECK(diff(a, side({cell_of("tova", shifted(few, 1.0))})).is_changed());
}

TEST_CASE("without samples the standard errors judge; without those every difference counts") {
  Cell a = cell_of("tova", kEight);
  a.samples.clear();
  Cell b = a;
  b.metrics["nll"].value += 0.2;  // sqrt(0.1^2 + 0.1^2) = 0.141; 1.41 of them.
  const Diff near = diff(side({a}), side({b}));
  CHECK(near.metrics[0].test == DiffTest::kUnpaired);
  CHECK_FALSE(near.is_changed());
  b.metrics["nll"].value += 0.1;  // 2.12 of them.
  CHECK(diff(side({a}), side({b})).is_changed());
  a.metrics["nll"].standard_error = std::nullopt;
  b.metrics["nll"].value = a.metrics["nll"].value + 1e-9;
  CHECK(diff(side({a}), side({b})).metrics[0].test == DiffTest::kNone);
  CHECK(diff(side({a}), side({b})).is_changed());
}

TEST_CASE("a value that is no longer a number has changed; two of them are equal") {
  const Cell a = cell_of("tova", kEight);
  Cell b = a;
  b.metrics["nll"].value = std::nan("");
  CHECK(diff(side({a}), side({b})).is_changed());
  CHECK_FALSE(diff(side({b}), side({b})).is_changed());
}

TEST_CASE("a cell that is no longer done is a change, a new one is none") {
  const Cell tova = cell_of("tova", kEight);
  Cell failed = cell_of("h2o", kEight);
  const Collection two = side({tova, failed});
  failed.state = CellState::kFailed;
  const Diff lost = diff(two, side({tova, failed}));
  CHECK(lost.is_changed());
  CHECK(lost.lost.size() == 1);
  CHECK_THAT(diff_text(lost, two, two), ContainsSubstring("no longer done: h2o"));
  const Diff added = diff(side({tova}), two);
  CHECK_FALSE(added.is_changed());
  CHECK(added.added.size() == 1);
  CHECK_THAT(diff_text(added, two, two), ContainsSubstring("new: h2o"));
}

TEST_CASE("versions of policies may differ between the sides; other parameters may not") {
  Cell a = cell_of("tova", kEight);
  a.parameters["policy.version"] = 1;
  Cell b = a;
  b.parameters["policy.version"] = 2;
  CHECK(diff(side({a}), side({b})).compared.size() == 1);
  b.parameters["policy.sinks"] = 2;
  CHECK(input_error([&] { diff(side({a}), side({b})); }) ==
        "--diff: no cell of the one has the parameters of a cell of the other");
}

}  // namespace multistate::test
