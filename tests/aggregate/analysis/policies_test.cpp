// What is said about policies over several cells: smallest states, fronts.

#include <cmath>

#include "aggregate/analysis/cells.h"
#include "support/catch.h"

namespace multistate::aggregate::test::policies_test {
namespace {

// Eight samples: enough for a bootstrap.
const std::vector<double> kFull = {20, 22, 18, 20, 25, 21, 19, 15};

std::vector<double> plus(std::vector<double> losses, double more) {
  for (double& loss : losses) {
    loss += more;
  }
  return losses;
}

AnalysisOptions only_nll(double tolerance, bool relative = false) {
  AnalysisOptions options;
  options.headline = {"nll"};
  options.tolerances = {{"nll", tolerance, relative}};
  return options;
}

}  // namespace

TEST_CASE("the smallest state within a tolerance, with an interval over samples") {
  Cells cells;
  // 0.2 nats a token more at 64, 0 at 128, on every sample.
  cells.add("tova", 128, kFull);
  cells.add("tova", 64, plus(kFull, 2.0));
  cells.add("full", 0, kFull);
  const auto found = cells.analyze(only_nll(0.1)).groups.at(0).smallest_states;
  REQUIRE(found.size() == 1);
  CHECK(found[0].label == "tova");
  CHECK(*found[0].state_size == approx(std::exp2(6.5)));
  CHECK(!found[0].at_most);
  // The gap is the same whichever samples are drawn.
  REQUIRE(found[0].has_interval);
  CHECK(*found[0].low == approx(std::exp2(6.5)));
  CHECK(*found[0].high == approx(std::exp2(6.5)));
  // The full model loses 2 nats a token: 5 % are 0.1.
  const auto relative = cells.analyze(only_nll(0.05, true)).groups.at(0).smallest_states;
  CHECK(*relative.at(0).state_size == approx(std::exp2(6.5)));
}

TEST_CASE("a smallest state outside of what was measured is said to be so") {
  Cells cells;
  cells.add("h2o", 64, plus(kFull, 2.0));
  cells.add("tova", 64, plus(kFull, 0.5));
  cells.add("full", 0, kFull);
  const auto found = cells.analyze(only_nll(0.1)).groups.at(0).smallest_states;
  REQUIRE(found.size() == 2);
  CHECK(!found[0].state_size);
  CHECK(!found[0].low);
  CHECK(!found[0].high);
  CHECK(found[1].state_size == 64.0);
  CHECK(found[1].at_most);
}

TEST_CASE("an interval that ends beyond the largest state has no upper end") {
  Cells cells;
  // The gap is 0.08 in the mean, 0.64 on one sample of eight and 0 on the others: drawn three times
  // it is 0.24.
  auto losses = kFull;
  losses[0] += 6.4;
  cells.add("tova", 64, losses);
  cells.add("full", 0, kFull);
  const auto found = cells.analyze(only_nll(0.1)).groups.at(0).smallest_states;
  CHECK(found.at(0).state_size == 64.0);
  CHECK(found.at(0).low == 64.0);
  CHECK(!found.at(0).high);
}

TEST_CASE("without the full model, or with other samples, there is less to say") {
  Cells cells;
  cells.add("tova", 64, kFull);
  CHECK(cells.analyze(only_nll(0.1)).groups.at(0).smallest_states.empty());
  cells.add("full", 0, {20, 22, 18, 20, 25, 21, 19});
  const auto found = cells.analyze(only_nll(0.1)).groups.at(0).smallest_states;
  CHECK(found.at(0).state_size == 64.0);
  CHECK(!found.at(0).has_interval);
}

TEST_CASE("fronts of quality against speed and memory") {
  Cells cells;
  const auto add = [&](const char* policy, double more, double speed, double bytes) {
    const size_t cell = cells.add(policy, 64, plus(kFull, more));
    cells[cell].measures = {{"tokens_per_s", speed}, {"state_bytes", bytes}};
    return cell;
  };
  const size_t good = add("good", 0.0, 100, 1000);
  const size_t fast = add("fast", 2.0, 300, 1000);
  const size_t small = add("small", 2.0, 200, 500);
  cells.add("unmeasured", 64, kFull);
  const auto group = cells.analyze(only_nll(0.1)).groups.at(0);
  CHECK(group.pareto_speed == std::vector{fast, good});
  CHECK(group.pareto_memory == std::vector{small, good});
  cells[fast].speed_noise = "another sample ran beside it";
  const auto noisy = cells.analyze(only_nll(0.1)).groups.at(0);
  CHECK(noisy.pareto_speed.empty());
  CHECK(noisy.pareto_memory == std::vector{small, good});
}

}  // namespace multistate::aggregate::test::policies_test
