// Several workers on one folder. So that it is known what meets what, the second one runs inside a
// step of the first one's policy, as a machine does that is stopped there for a while.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "multistate/base/mapped_file.h"
#include "multistate/base/process_identity.h"
#include "multistate/policy/registry.h"
#include "multistate/results/manifest.h"
#include "multistate/results/partial_samples.h"
#include "multistate/results/sweep_reader.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/claimed_work.h"
#include "multistate/sweep/runner.h"

#include "support/input_error.h"
#include "support/sweep_runs.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::workers_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// What happens, once, in step 40 of the first sample that the policy "interrupted" runs.
std::function<void()>& interruption() {
  static std::function<void()> act;
  return act;
}

/// As the window.
class Interrupted final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    if (step.step() == 40 && step.layer() == 0 && interruption()) {
      std::exchange(interruption(), nullptr)();
    }
    std::copy(step.positions().begin(), step.positions().end(), scores.begin());
  }
};

/// Fails as often as it is told to.
int64_t& failures_left() {
  static int64_t left = 0;
  return left;
}

class Unreliable final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    if (step.step() == 40 && failures_left() > 0) {
      --failures_left();
      throw std::runtime_error("not this time");
    }
    std::copy(step.positions().begin(), step.positions().end(), scores.begin());
  }
};

const PolicyRegistration<Interrupted> kInterrupted{info_named("interrupted")};
const PolicyRegistration<Unreliable> kUnreliable{info_named("unreliable")};

const std::string kTwoCells =
    "policy: {name: interrupted}\nstate_size: 8\n"
    "sweep: {parameters: {policy.name: {values: [interrupted, tova]}}}\n";

/// What one worker alone makes of the plan.
std::vector<std::string> metrics_alone(const std::string& rest) {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, rest, 3);
  run_sweep(plan, options());
  return metrics_of(plan);
}

/// Numbers of the samples in samples.jsonl of every cell are 0 to 2, in order.
void check_every_sample_once(const SweepPlan& plan) {
  for (const PlannedCell& cell : plan.cells) {
    const auto folder = plan.spec.output / "cells" / cell.folder();
    std::istringstream lines(read_file(folder / "samples.jsonl"));
    int64_t sample = 0;
    for (std::string line; std::getline(lines, line); ++sample) {
      CHECK(nlohmann::json::parse(line).at("sample") == sample);
    }
    CHECK(sample == 3);
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 3);
  }
  CHECK_FALSE(fs::exists(plan.spec.output / "leases"));
}

/// A worker for which the leases of all others stand still soon.
RunOptions impatient() {
  RunOptions made = options();
  made.lease_timeout = 60ms;
  return made;
}

}  // namespace

TEST_CASE("the work of a worker that is only slow is taken over, and what it does is no damage") {
  const auto expected = metrics_alone(kTwoCells);
  const TinySweep sweep;
  const auto plan = plan_of(sweep, kTwoCells, 3);
  std::optional<RunOutcome> other;
  interruption() = [&] { other = run_sweep(plan, impatient()); };
  const auto slow = run_sweep(plan, options());
  REQUIRE(other);
  CHECK(other->exit_code() == 0);
  CHECK(other->done == 2);
  CHECK(other->ran == 2);
  CHECK(slow.exit_code() == 0);
  CHECK(slow.done == 2);
  CHECK(slow.ran == 0);
  CHECK(slow.elsewhere == 2);
  CHECK(slow.tokens == 64);  // The sample that it was at.
  CHECK(metrics_of(plan) == expected);
  check_every_sample_once(plan);
}

TEST_CASE("samples and cells of another worker are not run again") {
  const auto expected = metrics_alone(kTwoCells);
  const TinySweep sweep;
  const auto plan = plan_of(sweep, kTwoCells, 3);
  std::optional<RunOutcome> other;
  interruption() = [&] { other = run_sweep(plan, options_for(plan.cells[1])); };
  const auto first = run_sweep(plan, options());
  REQUIRE(other);
  CHECK(other->ran == 1);
  CHECK(other->tokens == 3 * 64);
  CHECK(first.ran == 1);
  CHECK(first.elsewhere == 1);
  CHECK(first.tokens == 3 * 64);
  CHECK(metrics_of(plan) == expected);
  check_every_sample_once(plan);
}

TEST_CASE("two workers on one cell merge their samples") {
  const std::string cell = "policy: {name: interrupted}\nstate_size: 8\n";
  const auto expected = metrics_alone(cell);
  const TinySweep sweep;
  const auto plan = plan_of(sweep, cell, 3);
  const auto output = plan.spec.output;
  const auto folder = output / "cells" / plan.cells[0].folder();
  // As another worker leaves it that ran the last sample and was killed.
  TinySweep whole;
  const auto same = plan_of(whole, cell, 3);
  run_sweep(same, options());
  const auto line = [&](int64_t sample) {
    std::istringstream lines(
        read_file(same.spec.output / "cells" / same.cells[0].folder() / "samples.jsonl"));
    std::string text;
    for (int64_t i = 0; i <= sample; ++i) {
      std::getline(lines, text);
    }
    return nlohmann::json::parse(text);
  };
  REQUIRE(plan.cells[0].id == same.cells[0].id);
  interruption() = [&] {
    PartialSamples(folder, plan.cells[0].id).append("other", 2, line(2));
    // The first one too, which runs now: it is counted once.
    PartialSamples(folder, plan.cells[0].id).append("other", 0, line(0));
  };
  const auto outcome = run_sweep(plan, options());
  CHECK(outcome.ran == 1);
  CHECK(outcome.tokens == 2 * 64);
  CHECK(metrics_of(plan) == expected);
  check_every_sample_once(plan);
}

TEST_CASE("another plan is refused while a worker is there, and taken when it has ended") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, kTwoCells, 3);
  const TinySweep elsewhere;
  auto other = plan_of(elsewhere,
                       "policy: {name: interrupted}\nstate_size: 8\n"
                       "sweep: {parameters: {policy.name: {values: [interrupted, h2o]}}}\n",
                       3);
  other.spec.output = plan.spec.output;
  std::string refusal;
  interruption() = [&] { refusal = input_error([&] { run_sweep(other, options()); }); };
  CHECK(run_sweep(plan, options()).exit_code() == 0);
  CHECK_THAT(refusal,
             ContainsSubstring("sweep.json: another plan of this sweep is being run in the "
                               "folder, by process "));
  CHECK_THAT(refusal,
             ContainsSubstring("Cells of theirs that this one has not: " + plan.cells[1].folder() +
                               "; cells that only this one has: " + other.cells[1].folder()));
  CHECK(read_manifest(plan.spec.output).cells[1].id == plan.cells[1].id);
  check_every_sample_once(plan);
  CHECK(run_sweep(other, options()).ran == 1);
  CHECK(read_manifest(plan.spec.output).cells[1].id == other.cells[1].id);
}

TEST_CASE("status names those that work, and on what") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, kTwoCells, 3);
  std::optional<SweepStatus> status;
  interruption() = [&] { status = read_sweep_status(plan.spec.output); };
  run_sweep(plan, options());
  REQUIRE(status);
  REQUIRE(status->workers.size() == 1);
  const WorkerStatus& worker = status->workers[0];
  CHECK(worker.session.process == own_process());
  CHECK(worker.session.host == host_name());
  CHECK_FALSE(worker.ended);
  REQUIRE(worker.work.size() == 1);
  CHECK(worker.work[0].what == plan.cells[0].folder() + ", sample 0");
  CHECK(read_sweep_status(plan.spec.output).workers.empty());
}

TEST_CASE("a cell that fails by one worker has failed for all that are there, not for later ones") {
  const std::string cells =
      "policy: {name: interrupted}\nstate_size: 8\n"
      "sweep: {parameters: {policy.name: {values: [interrupted, unreliable]}}}\n";
  const TinySweep sweep;
  const auto plan = plan_of(sweep, cells, 3);
  std::optional<RunOutcome> other;
  interruption() = [&] {
    failures_left() = 1;
    other = run_sweep(plan, options_for(plan.cells[1]));
  };
  const auto first = run_sweep(plan, options());
  REQUIRE(other);
  CHECK(other->failed == 1);
  CHECK(failures_left() == 0);
  CHECK(first.failed == 1);
  CHECK(first.done == 1);
  CHECK(first.exit_code() == 1);
  const auto later = run_sweep(plan, options());
  CHECK(later.failed == 0);
  CHECK(later.ran == 1);
  check_every_sample_once(plan);
}

TEST_CASE("samples that measure times run one at a time on a machine") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, kTwoCells, 3);
  Worker worker(plan.spec.output);
  auto runs = runs_of(plan, worker);
  auto items = list_work(plan, runs, false);
  for (WorkItem& item : items) {
    CHECK(item.machine_lease.empty());
    item.machine_lease = "machine.this";
  }
  ClaimedWork work(std::move(items), runs, worker, {[](CellRun&) {}, [](const WorkItem&) {}});
  Worker other(plan.spec.output);
  REQUIRE(other.claim("machine.this", "another sample"));
  int64_t asked = 0;
  const auto stops = [&] { return ++asked > 3; };
  CHECK(work.take(6, nullptr, stops) == nullptr);
  CHECK(asked > 3);
  CHECK(other.held_by_others().empty());  // Nor is the sample held.
  other.release("machine.this");
  WorkItem* item = work.take(6, nullptr, [] { return false; });
  REQUIRE(item != nullptr);
  CHECK(worker.holds("machine.this"));
  work.close(*item);
  item = work.take(6, item, [] { return false; });
  REQUIRE(item != nullptr);
  CHECK(worker.holds("machine.this"));
  CHECK(other.held_by_others().size() == 2);
}

}  // namespace multistate::test::workers_test
