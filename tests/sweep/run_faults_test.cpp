// What can go wrong around a sweep: records, models, folders and policies.

#include <algorithm>
#include <filesystem>
#include <span>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"
#include "multistate/policy/registry.h"
#include "multistate/results/partial_samples.h"
#include "multistate/results/sweep_reader.h"
#include "multistate/sweep/runner.h"

#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::run_faults_test {
namespace {

std::filesystem::path& removed_folder() {
  static std::filesystem::path folder;
  return folder;
}

/// As the window, but for what it does in step 40.
template <void (*act)()>
class Acting final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    if (step.step() == 40 && step.layer() == 0) {
      act();
    }
    std::copy(step.positions().begin(), step.positions().end(), scores.begin());
  }
};

void throw_error() {
  throw std::runtime_error("my own");
}

void throw_number() {
  throw 42;  // NOLINT: plug-ins do.
}

void remove_output() {
  std::filesystem::remove_all(removed_folder());
}

/// Hands what goes on to a row that does not exist.
class EditsFarRow final : public ScoringPolicy, public MergingPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    std::copy(step.positions().begin(), step.positions().end(), scores.begin());
  }
  void merge(const StepView& step, std::span<const int64_t> /*rows*/,
             RowEditor& editor) const override {
    editor.value(0, std::ssize(step.positions()))[0] = 1.0F;
  }
};

const PolicyRegistration<Acting<&throw_error>> kThrowsError{info_named("throws_error")};
const PolicyRegistration<Acting<&throw_number>> kThrowsNumber{info_named("throws_number")};
const PolicyRegistration<Acting<&remove_output>> kRemovesOutput{info_named("removes_output")};
const PolicyRegistration<EditsFarRow> kEditsFarRow{info_named("edits_far_row")};

}  // namespace

TEST_CASE("a record of the right form with a value of the wrong type costs its sample only") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, "policy: {name: tova}\nstate_size: 8\n", 2);
  run_sweep(plan, options());
  const auto expected = metrics_of(plan);
  const auto& cell = plan.cells.front();
  const auto folder = plan.spec.output / "cells" / cell.folder();
  std::istringstream lines(read_file(folder / "samples.jsonl"));
  std::filesystem::remove(folder / "result.json");
  std::filesystem::remove(folder / "samples.jsonl");
  PartialSamples files(folder, cell.id);
  int64_t sample = 0;
  for (std::string line; std::getline(lines, line); ++sample) {
    auto record = nlohmann::json::parse(line);
    if (sample == 0) {
      record["values"]["nll_sum"] = {1};
    }
    files.append("earlier", sample, record);
  }
  const auto outcome = run_sweep(plan, options());
  CHECK(outcome.done == 1);
  CHECK(outcome.tokens == 64);
  CHECK(metrics_of(plan) == expected);
}

TEST_CASE("a model that is overwritten after planning fails its cells, by name") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, "policy: {name: tova}\nstate_size: 8\n", 1);
  const auto model = sweep.folder() / "model.gguf";
  const auto size = std::filesystem::file_size(model);
  write_tiny_gguf({.seed = 2}, model);  // In place, with as many bytes.
  REQUIRE(std::filesystem::file_size(model) == size);
  CHECK(run_sweep(plan, options()).failed == 1);
  CHECK_THAT(read_sweep_status(sweep.output()).cells.front().message,
             ContainsSubstring("model.gguf: has changed since its SHA-256 was computed: it has "
                               "been written to"));
  std::filesystem::resize_file(model, size / 2);  // Reading what is gone would be a SIGBUS.
  CHECK(run_sweep(plan, options()).failed == 1);
  CHECK_THAT(read_sweep_status(sweep.output()).cells.front().message,
             ContainsSubstring("model.gguf: has changed since its SHA-256 was computed: it had "));
}

TEST_CASE("an output that is removed while the sweep runs ends it") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, "policy: {name: removes_output}\nstate_size: 8\n", 2);
  removed_folder() = sweep.output();
  CHECK_THROWS_WITH(run_sweep(plan, options()),
                    ContainsSubstring("out: cannot go on with: the folder was removed"));
}

TEST_CASE("an exception that leaves a policy fails its cell and names policy, layer and step") {
  const TinySweep sweep;
  const auto plan =
      plan_of(sweep,
              "policy: {name: throws_error}\nstate_size: 8\n"
              "sweep: {parameters: {policy.name: {values: [throws_error, throws_number, "
              "edits_far_row, tova]}}}\n",
              1);
  const auto outcome = run_sweep(plan, options());
  CHECK(outcome.done == 1);
  CHECK(outcome.failed == 3);
  const auto error_of = [&](size_t i) {
    return CellFolder(plan.spec.output / "cells" / plan.cells[i].folder(), plan.cells[i].id)
        .error();
  };
  CHECK(error_of(0).at("message") ==
        "policy throws_error: layer 0, step 40: an exception leaves it: my own");
  CHECK(error_of(1).at("message") ==
        "policy throws_number: layer 0, step 40: an exception leaves it: one that is no "
        "std::exception");
  CHECK(error_of(2).at("message") ==
        "policy edits_far_row: layer 0, step 8: row 9 of key/value head 0 is edited; there are 9 "
        "rows and 2 heads");
  for (size_t i = 0; i < 3; ++i) {
    CHECK(error_of(i).at("kind") == "policy");
  }
}

TEST_CASE("what an interrupted run finished is taken over") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, "policy: {name: random}\nstate_size: 8\n");
  run_sweep(plan, options());
  const auto expected = metrics_of(plan);
  const auto& cell = plan.cells.front();
  const auto folder = plan.spec.output / "cells" / cell.folder();

  // As a crash leaves it: two samples and half a line of the third.
  std::string lines;
  const auto text = read_file(folder / "samples.jsonl");
  const auto first_end = text.find('\n');
  const auto second_end = text.find('\n', first_end + 1);
  const auto wrap = [&](int sample, const std::string& record) {
    return fmt::format(R"({{"cell_id":"{}","sample":{},"record":{}}})", cell.id, sample, record);
  };
  lines = wrap(0, text.substr(0, first_end)) + "\n" +
          wrap(1, text.substr(first_end + 1, second_end - first_end - 1)) + "\n" +
          wrap(2, "{}").substr(0, 40);
  std::filesystem::remove(folder / "result.json");
  std::filesystem::remove(folder / "samples.jsonl");
  write_file(folder / "samples.partial.jsonl", lines);
  CHECK(read_sweep_status(sweep.output()).cells.front().samples == 2);
  run_sweep(plan, options());
  CHECK(metrics_of(plan) == expected);
  CHECK(!std::filesystem::exists(folder / "samples.partial.jsonl"));
}

TEST_CASE("a torn result is moved aside, not lost, and its cell runs again") {
  const TinySweep sweep;
  const auto plan = plan_of(sweep, "policy: {name: tova}\nstate_size: 8\n");
  run_sweep(plan, options());
  const auto path = plan.spec.output / "cells" / plan.cells.front().folder() / "result.json";
  write_file(path, "{\"schema\": {\"na");
  CHECK(read_sweep_status(sweep.output()).problems.size() == 1);
  CHECK(run_sweep(plan, options()).done == 1);
  CHECK(read_file(path.string() + ".rejected-1") == "{\"schema\": {\"na");
}

}  // namespace multistate::test::run_faults_test
