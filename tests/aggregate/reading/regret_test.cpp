#include <array>
#include <cmath>

#include "aggregate/reading/collect.h"
#include "aggregate/support/made_sweep.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace multistate::test {
namespace {

using aggregate::Cell;
using aggregate::Collection;

const nlohmann::json kSeesFuture = {{"context", {{"inputs", {{"sees_future", true}}}}}};

Collection collect_one(const std::filesystem::path& folder, bool samples = true) {
  const std::array folders = {folder};
  return aggregate::collect(folders, samples);
}

const Cell& cell_of(const Collection& collection, const std::string& policy, int64_t size) {
  for (const Cell& cell : collection.cells) {
    if (cell.parameters.at("policy.name") == policy && cell.parameters.at("state_size") == size) {
      return cell;
    }
  }
  throw std::out_of_range(policy);
}

void make(const std::filesystem::path& folder) {
  MadeSweep sweep(folder);
  // 100 tokens a sample. The yardstick has 2.0 and 3.0 nats a token.
  sweep.done(
      {.policy = "seer", .state_size = 64, .samples = {{200.0}, {300.0}}, .changes = kSeesFuture});
  sweep.done({.policy = "tova", .state_size = 64, .samples = {{230.0}, {350.0}}});
  sweep.done({.policy = "tova", .state_size = 128, .samples = {{220.0}, {310.0}}});
  sweep.done({.policy = "h2o", .state_size = 64, .samples = {{210.0}}});
  sweep.write_manifest();
}

}  // namespace

TEST_CASE("regret is the loss beyond that of a policy that sees the future, paired by sample") {
  const TemporaryFolder folder;
  make(folder / "s");
  const Collection all = collect_one(folder / "s");
  CHECK(all.problems.empty());
  const Metric& regret = cell_of(all, "tova", 64).metrics.at("regret");
  // 0.3 and 0.5 nats a token; their mean, and the error of a mean of two: |0.5 - 0.3| / 2.
  CHECK(regret.value == approx(0.4));
  REQUIRE(regret.standard_error);
  CHECK(*regret.standard_error == approx(0.1));
  CHECK(!regret.higher_is_better);
}

TEST_CASE("there is no regret without a yardstick of the same state size and samples") {
  const TemporaryFolder folder;
  make(folder / "s");
  const Collection all = collect_one(folder / "s");
  CHECK(cell_of(all, "tova", 128).metrics.count("regret") == 0);
  CHECK(cell_of(all, "h2o", 64).metrics.count("regret") == 0);
  CHECK(cell_of(all, "seer", 64).metrics.count("regret") == 0);
}

TEST_CASE("without samples regret has a value and no error") {
  const TemporaryFolder folder;
  make(folder / "s");
  const Collection all = collect_one(folder / "s", /*samples=*/false);
  const Metric& regret = cell_of(all, "tova", 64).metrics.at("regret");
  CHECK(regret.value == approx(0.4));
  CHECK(!regret.standard_error);
}

}  // namespace multistate::test
