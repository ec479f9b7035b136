#include "multistate/sweep/work_list.h"

#include <filesystem>
#include <sstream>

#include "multistate/base/mapped_file.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/work_queue.h"

#include "support/generation_sweep.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

/// What is to be run of a plan: cell, samples, and whether their beginning is shared.
std::vector<std::string> work_of(const SweepPlan& plan, bool sharing = true) {
  std::vector<std::unique_ptr<CellRun>> runs;
  for (const PlannedCell& cell : plan.cells) {
    runs.push_back(std::make_unique<CellRun>(
        cell, CellFolder(plan.spec.output / "cells" / cell.folder(), cell.id),
        nlohmann::json::object()));
  }
  std::vector<std::string> work;
  for (const WorkItem& item : list_work(plan, runs, sharing)) {
    std::string text = item.run->cell().slug + ":";
    for (const int64_t sample : item.samples) {
      text += " " + std::to_string(sample);
    }
    work.push_back(text + (item.prefix ? " shared" : ""));
  }
  return work;
}

}  // namespace

TEST_CASE("samples of a workload that runs them together are listed in lots of its batch") {
  const GenerationSweep sweep;
  const auto plan = plan_sweep(
      read_sweep(read_yaml(sweep.file("batch: 2", GenerationSweep::tova_and_full()))), {});
  CHECK(work_of(plan) == std::vector<std::string>{"tova-8: 0 1", "full: 0 1", "tova-8: 2 3",
                                                  "full: 2 3", "tova-8: 4", "full: 4"});
  CHECK(work_of(plan, false) == std::vector<std::string>{"tova-8: 0 1", "tova-8: 2 3", "tova-8: 4",
                                                         "full: 0 1", "full: 2 3", "full: 4"});
}

TEST_CASE("which samples are run together does not depend on what has been run") {
  const GenerationSweep sweep;
  const auto plan =
      plan_sweep(read_sweep(read_yaml(sweep.file("batch: 2", "policy: {name: full}\n"))), {});
  const PlannedCell& cell = plan.cells.front();
  RunOptions options;
  options.config = nlohmann::json::object();
  run_sweep(plan, options);
  const auto folder = plan.spec.output / "cells" / cell.folder();
  std::istringstream samples(read_file(folder / "samples.jsonl"));
  std::string first;
  std::getline(samples, first);
  std::filesystem::remove_all(folder);
  CellFolder(folder, cell.id).append_sample(0, nlohmann::json::parse(first));
  CHECK(work_of(plan) == std::vector<std::string>{"full: 1", "full: 2 3", "full: 4"});
}

TEST_CASE("samples that are run one by one share their beginning") {
  const TinySweep sweep;
  const auto plan = plan_sweep(read_sweep(read_yaml(sweep.write(TinySweep::grid()))), 1);
  const auto work = work_of(plan);
  REQUIRE(work.size() == 7);
  CHECK(work.front() == "tova-4: 0 shared");
  CHECK(work.back() == "full: 0 shared");
}

TEST_CASE("while a beginning is run by one thread, the others get what does not wait for it") {
  std::vector<WorkItem> items(5);
  const auto prefix = std::make_shared<SharedPrefix>(4);
  const auto other = std::make_shared<SharedPrefix>(4);
  items[0].prefix = prefix;
  items[1].prefix = prefix;
  items[2].prefix = other;
  items[3].prefix = other;
  WorkQueue queue(std::move(items));
  const auto place = [&](const WorkItem* item) { return item - queue.items().data(); };
  CHECK(place(queue.take(5)) == 0);
  CHECK(place(queue.take(5)) == 2);
  CHECK(place(queue.take(5)) == 4);
  // Nothing else is left: to wait is better than to go home.
  CHECK(place(queue.take(5)) == 1);
  CHECK(queue.take(3) == nullptr);
  CHECK(place(queue.take(5)) == 3);
  CHECK(queue.take(5) == nullptr);
}

}  // namespace multistate::test
