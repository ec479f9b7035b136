#include "aggregate/exports/diff.h"

#include <cmath>
#include <limits>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::diff_test {
namespace {

using namespace aggregate;

/// A done cell whose metric "nll" its samples make, each over 10 tokens.
Cell cell_of(const std::string& policy, const std::vector<double>& losses,
             const std::string& dtype = "float32") {
  Cell cell;
  cell.state = CellState::kDone;
  cell.label = policy;
  cell.parameters["policy.name"] = policy;
  cell.parameters["model.dtype"] = dtype;
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

/// The perplexity of these samples alone.
Cell perplexity_of(const std::vector<double>& losses) {
  Cell cell = cell_of("tova", losses);
  cell.metrics["nll"].value = std::exp(cell.metrics["nll"].value);
  cell.metrics["nll"].samples->transform = SampleRatio::Transform::kExp;
  return cell;
}

Collection side(const std::vector<Cell>& cells) {
  Collection collection;
  collection.sweeps.push_back({.name = "s", .folder = "s", .planned = cells.size()});
  collection.cells = cells;
  return collection;
}

std::vector<double> times(std::vector<double> losses, double factor) {
  for (double& loss : losses) {
    loss *= factor;
  }
  return losses;
}

bool changes(const Cell& a, const Cell& b, std::optional<double> tolerance = std::nullopt) {
  return diff(side({a}), side({b}), tolerance).is_changed();
}

const std::vector<double> kEight = {20, 25, 31, 18, 27, 22, 29, 24};

}  // namespace

TEST_CASE("equal results have not changed") {
  const Collection a = side({cell_of("tova", kEight), cell_of("h2o", kEight)});
  const Diff same = diff(a, a);
  CHECK_FALSE(same.is_changed());
  CHECK(same.compared == 2);
  CHECK(diff_text(same) ==
        "2 cells compared: 0 metrics changed, 0 differ by rounding, 2 are equal\n");
}

TEST_CASE("losses times 1.001, 1.01 and 2 have changed, however many samples there are") {
  for (const double factor : {1.001, 1.01, 2.0}) {
    for (const size_t n : {1, 2, 8}) {
      const std::vector<double> losses(kEight.begin(), kEight.begin() + static_cast<ptrdiff_t>(n));
      CHECK(changes(cell_of("tova", losses), cell_of("tova", times(losses, factor))));
      CHECK(changes(perplexity_of(losses), perplexity_of(times(losses, factor))));
    }
  }
}

TEST_CASE("what another BLAS moves is rounding in float32, and a change in float64") {
  // 1.4e-6 nats a token, the most that was seen: 1.4e-5 over 10 tokens.
  std::vector<double> other = kEight;
  for (size_t i = 0; i < other.size(); ++i) {
    other[i] += i % 2 == 0 ? 1.4e-5 : -1.4e-5;
  }
  const Collection a = side({cell_of("tova", kEight)});
  const Collection b = side({cell_of("tova", other)});
  const Diff found = diff(a, b);
  CHECK_FALSE(found.is_changed());
  // 1.4e-5 of 18, the smallest loss.
  CHECK(found.metrics[0].distance == approx(1.4e-5 / 18.0).epsilon(1e-3));
  CHECK_THAT(diff_text(found), ContainsSubstring("1 differ by rounding (at most 7.8e-07)"));
  CHECK_FALSE(changes(perplexity_of(kEight), perplexity_of(other)));
  CHECK(changes(cell_of("tova", kEight, "float64"), cell_of("tova", other, "float64")));
}

TEST_CASE("one changed sample does not hide behind the mean") {
  std::vector<double> other = kEight;
  other[2] += 0.01;
  other[3] -= 0.01;  // The mean is the same.
  const Collection a = side({cell_of("tova", kEight)});
  const Collection b = side({cell_of("tova", other)});
  const Diff found = diff(a, b);
  REQUIRE(found.is_changed());
  CHECK(found.metrics[0].sample == 3);  // 0.01 of 18 is more than of 31.
  CHECK(found.metrics[0].distance == approx(0.01 / 18.0));
  CHECK(found.metrics[0].verdict == ChangeVerdict::kCannotTell);
  CHECK_THAT(diff_text(found), ContainsSubstring("5.6e-04 in sample 3") &&
                                   ContainsSubstring("cannot tell whether better or worse"));
}

TEST_CASE("a changed denominator is a change") {
  Cell b = cell_of("tova", kEight);
  b.samples["nll"][5].denominator = 11.0;
  CHECK(changes(cell_of("tova", kEight), b));
}

TEST_CASE("the paired interval says whether a change is better or worse") {
  const Cell a = cell_of("tova", kEight);
  // Every loss falls by 1 %, 0.24 of 24.5 on average.
  const Diff better = diff(side({a}), side({cell_of("tova", times(kEight, 0.99))}));
  CHECK(better.metrics[0].verdict == ChangeVerdict::kBetter);
  CHECK(diff(side({a}), side({cell_of("tova", times(kEight, 1.01))})).metrics[0].verdict ==
        ChangeVerdict::kWorse);
  // Differences a token of 0.1, 0.2, ..., 0.8: mean 0.45, standard deviation 0.2449, and with
  // t(7) = 2.365 over sqrt(8): 0.45 -+ 0.2048.
  std::vector<double> uneven = kEight;
  for (size_t i = 0; i < uneven.size(); ++i) {
    uneven[i] += static_cast<double>(i + 1);
  }
  const Diff worse = diff(side({a}), side({cell_of("tova", uneven)}));
  REQUIRE(worse.metrics[0].difference);
  CHECK(worse.metrics[0].difference->low == approx(0.2452).epsilon(1e-3));
  CHECK(worse.metrics[0].difference->high == approx(0.6548).epsilon(1e-3));
  const Diff one = diff(side({cell_of("tova", {20})}), side({cell_of("tova", {25})}));
  CHECK(one.is_changed());
  CHECK(one.metrics[0].verdict == ChangeVerdict::kNone);
}

TEST_CASE("near zero a difference is absolute; a tolerance of 0 takes nothing for rounding") {
  const std::vector<double> small = {1e-7, 2e-7};
  // 9e-6 over 10 tokens is below 1e-5 * 0.1 nats a token; 2e-5 is not.
  CHECK_FALSE(changes(cell_of("tova", small), cell_of("tova", {9e-6, 2e-7})));
  CHECK(changes(cell_of("tova", small), cell_of("tova", {2e-5, 2e-7})));
  CHECK(changes(cell_of("tova", small), cell_of("tova", {1.001e-7, 2e-7}), 0.0));
  CHECK_FALSE(changes(cell_of("tova", kEight), cell_of("tova", times(kEight, 1.001)), 0.01));
}

TEST_CASE("a value that is no longer finite has changed; two that are not alike are equal") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double value : {std::nan(""), inf, -inf}) {
    Cell b = cell_of("tova", kEight);
    b.metrics["nll"].value = value;
    b.samples["nll"][1].numerator = value;
    CHECK(changes(cell_of("tova", kEight), b));
    CHECK(changes(b, cell_of("tova", kEight)));
    CHECK_FALSE(changes(b, b));
  }
}

TEST_CASE("without samples the value alone is compared") {
  Cell a = cell_of("tova", kEight);
  a.samples.clear();
  Cell b = a;
  b.metrics["nll"].value *= 1.0 + 1e-6;
  CHECK_FALSE(changes(a, b));
  b.metrics["nll"].value *= 1.0 + 1e-4;
  CHECK(changes(a, b));
}

TEST_CASE("of a limited run the common samples are compared, and not the value") {
  const Cell all = cell_of("tova", kEight);
  const Cell two = cell_of("tova", {20, 25});
  const Diff found = diff(side({all}), side({two}));
  CHECK_FALSE(found.is_changed());
  CHECK(found.metrics[0].n == 2);
  CHECK_THAT(diff_text(found),
             ContainsSubstring("1 metrics were compared on the common samples only"));
  CHECK(changes(all, cell_of("tova", {20, 25.1})));
}

TEST_CASE("times and memory are not compared") {
  Cell a = cell_of("tova", kEight);
  a.metrics["nll"].timed = true;
  Cell b = cell_of("tova", times(kEight, 2.0));
  b.metrics["nll"].timed = true;
  const Diff found = diff(side({a}), side({b}));
  CHECK_FALSE(found.is_changed());
  CHECK_THAT(diff_text(found), ContainsSubstring("1 timed metrics were not compared"));
}

TEST_CASE("a cell that is no longer done is a change, a new one is none") {
  const Cell tova = cell_of("tova", kEight);
  Cell failed = cell_of("h2o", kEight);
  const Collection two = side({tova, failed});
  failed.state = CellState::kFailed;
  const Diff lost = diff(two, side({tova, failed}));
  CHECK(lost.is_changed());
  CHECK(lost.count(DiffNote::Kind::kLost) == 1);
  CHECK_THAT(diff_text(lost), ContainsSubstring("no longer done: h2o"));
  CHECK(diff(two, side({tova})).count(DiffNote::Kind::kLost) == 1);
  const Diff added = diff(side({tova}), two);
  CHECK_FALSE(added.is_changed());
  CHECK(added.count(DiffNote::Kind::kNew) == 1);
  CHECK_THAT(diff_text(added), ContainsSubstring("new: h2o"));
}

TEST_CASE("a metric that is gone is a change, a new one is none") {
  Cell more = cell_of("tova", kEight);
  more.metrics["accuracy"] = more.metrics["nll"];
  more.metrics["accuracy"].samples = std::nullopt;
  const Cell less = cell_of("tova", kEight);
  const Diff lost = diff(side({more}), side({less}));
  CHECK(lost.is_changed());
  CHECK_THAT(diff_text(lost), ContainsSubstring("metric lost: tova: accuracy"));
  CHECK_FALSE(changes(less, more));
}

TEST_CASE("samples of another model or other data are not compared") {
  Cell a = cell_of("tova", kEight);
  a.context = {{"inputs", {{"model_sha256", "aaaaaaaaaaaaaaaa"}, {"data_sha256", "dd"}}}};
  Cell b = cell_of("tova", times(kEight, 2.0));
  b.context = a.context;
  CHECK_THAT(diff_text(diff(side({a}), side({b}))), ContainsSubstring("1 metrics changed"));
  b.context["inputs"]["model_sha256"] = "bbbbbbbbbbbbbbbb";
  const Diff found = diff(side({a}), side({b}));
  CHECK(found.is_changed());
  CHECK(found.metrics.empty());
  CHECK_THAT(diff_text(found),
             ContainsSubstring("not comparable: tova: the model differs (sha256 aaaaaaaaaaaa and "
                               "bbbbbbbbbbbb)"));
}

TEST_CASE("versions of policies may differ between the sides; other parameters may not") {
  Cell a = cell_of("tova", kEight);
  a.parameters["policy.version"] = 1;
  Cell b = a;
  b.parameters["policy.version"] = 2;
  CHECK(diff(side({a}), side({b})).compared == 1);
  b.parameters["policy.sinks"] = 2;
  CHECK(input_error([&] { diff(side({a}), side({b})); }) ==
        "--diff: no cell of one side has the id or the parameters of one of the other");
}

TEST_CASE("the same id is the same cell, wherever its model lay") {
  Cell a = cell_of("tova", kEight);
  a.id = "1234";
  a.parameters["model.path"] = "a/m.gguf";
  Cell b = a;
  b.parameters["model.path"] = "/b/m.gguf";
  CHECK(diff(side({a}), side({b})).compared == 1);
}

TEST_CASE("an unknown dtype needs a tolerance") {
  const Cell a = cell_of("tova", kEight, "int3");
  CHECK_THAT(input_error([&] { diff(side({a}), side({a})); }),
             ContainsSubstring("model.dtype 'int3': no tolerance is known"));
  CHECK_FALSE(changes(a, a, 1e-5));
}

}  // namespace multistate::test::diff_test
