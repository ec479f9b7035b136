#include "multistate/sweep/work_list.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "multistate/base/mapped_file.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/work_queue.h"

#include "support/generation_sweep.h"
#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::work_list_test {
namespace {

/// What is to be run of a plan: cell, samples, and whether their beginning is shared.
std::vector<std::string> work_of(const SweepPlan& plan, bool sharing = true) {
  Worker worker(plan.spec.output);
  const auto runs = runs_of(plan, worker);
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

/// A queue of items that share the beginnings of these names (none: ""); the lease of an item is
/// its number.
class Queue {
 public:
  explicit Queue(const std::vector<std::string>& beginnings) : queue_(made(beginnings)) {}

  /// The number of the item that is begun next while others hold these leases; -1: none.
  int64_t next(const std::set<std::string>& held = {}, size_t end = 0) {
    const auto& items = queue_.items();
    WorkItem* item = queue_.best(end == 0 ? items.size() : end, held);
    if (item == nullptr) {
      return -1;
    }
    queue_.begin(*item);
    return item - items.data();
  }

  WorkQueue& queue() { return queue_; }

 private:
  static std::vector<WorkItem> made(const std::vector<std::string>& beginnings) {
    std::map<std::string, std::shared_ptr<SharedPrefix>> prefixes;
    std::vector<WorkItem> items(beginnings.size());
    for (size_t i = 0; i < items.size(); ++i) {
      items[i].lease = std::to_string(i);
      if (auto& prefix = prefixes[beginnings[i]]; !beginnings[i].empty()) {
        prefix = prefix ? prefix : std::make_shared<SharedPrefix>(4);
        items[i].prefix = prefix;
      }
    }
    return items;
  }

  WorkQueue queue_;
};

}  // namespace

TEST_CASE("samples of a workload that runs them together are listed in groups of its batch") {
  const GenerationSweep sweep;
  const auto plan = plan_sweep(
      read_sweep(read_yaml(sweep.file("batch: 2", GenerationSweep::tova_and_full()))), {});
  // They share nothing, so that one cell after the other is finished.
  const std::vector<std::string> by_cell = {"tova-8: 0 1", "tova-8: 2 3", "tova-8: 4",
                                            "full: 0 1",   "full: 2 3",   "full: 4"};
  CHECK(work_of(plan) == by_cell);
  CHECK(work_of(plan, false) == by_cell);
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
  PartialSamples(folder, cell.id).append("earlier", 0, nlohmann::json::parse(first));
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

TEST_CASE(
    "cells finish group by group, and shared prefixes stay a small part of the computed tokens") {
  const TinySweep sweep;
  write_file(sweep.folder() / "text.txt", tiny_text(400));
  std::string states;
  for (int seed = 0; seed < 70; ++seed) {
    states += std::to_string(seed) + (seed < 69 ? ", " : "");
  }
  const auto plan = plan_sweep(
      read_sweep(read_yaml(sweep.write("policy: {name: random}\nstate_size: 8\nsweep:\n  "
                                       "parameters:\n    state_size: {values: [32, 4]}\n"
                                       "    seed: {values: [" +
                                       states + "]}\n"))),
      std::nullopt);
  REQUIRE(plan.cells.size() == 140);
  const auto work = work_of(plan);
  // A sample has 64 tokens. 3 of them are shared by cells with 4 rows, which compute 61 each: three
  // cells are enough for 50 * 3 tokens, so that 23 groups of three and one cell are left. It goes
  // with the first of the others, 31 of whose tokens are shared: 61 + 33 n >= 50 * 31 for n = 46.
  const int64_t samples = plan.cells.front().samples;
  REQUIRE(samples > 2);
  for (int64_t sample = 0; sample < samples; ++sample) {
    for (int64_t cell = 0; cell < 3; ++cell) {
      CHECK(work[static_cast<size_t>(3 * sample + cell)] ==
            "random-4-seed=" + std::to_string(cell) + ": " + std::to_string(sample) + " shared");
    }
  }
  CHECK(work[static_cast<size_t>(3 * samples)] == "random-4-seed=3: 0 shared");
  const auto place = [&](const std::string& item) {
    const auto found = std::find(work.begin(), work.end(), item);
    REQUIRE(found != work.end());
    return found - work.begin();
  };
  CHECK(place("random-4-seed=69: 0 shared") - place("random-32-seed=0: 0 shared") == 46);
  CHECK(place("random-32-seed=46: 0 shared") > place("random-4-seed=69: 2 shared"));
}

TEST_CASE("while a beginning is run by one thread, the others get what does not wait for it") {
  Queue queue({"p", "p", "q", "q", ""});
  CHECK(queue.next() == 0);
  CHECK(queue.next() == 2);
  CHECK(queue.next() == 4);
  // Nothing else is left: to wait is better than to go home.
  CHECK(queue.next() == 1);
  CHECK(queue.next({}, 3) == -1);
  CHECK(queue.next() == 3);
  CHECK(queue.next() == -1);
}

TEST_CASE("a worker leaves beginnings to the others that have begun them, as long as it can") {
  Queue queue({"p", "p", "p", "q", "q", "r"});
  // Another one is at the first sample: the second is free.
  CHECK(queue.next({"0"}) == 3);
  // It goes on with the next cell of the first.
  CHECK(queue.next({"1", "5"}) == 4);
  // All others are begun by somebody: better to compute a beginning twice than to do nothing.
  CHECK(queue.next({"1", "5"}) == 0);
  CHECK(queue.next({"1", "5"}) == 2);
  CHECK(queue.next({"1", "5"}) == -1);
  // The others have ended.
  CHECK(queue.next() == 5);
  CHECK(queue.next() == 1);
}

TEST_CASE("items that are done are not open, and let go of their beginning") {
  Queue queue({"p", "p"});
  const std::weak_ptr<SharedPrefix> prefix = queue.queue().items()[0].prefix;
  CHECK(queue.queue().has_open(1));
  WorkItem* first = queue.queue().best(2, {});
  queue.queue().close(*first);
  CHECK_FALSE(queue.queue().has_open(1));
  CHECK(queue.next() == 1);
  CHECK_FALSE(queue.queue().has_open(2));
  CHECK(!prefix.expired());
  queue.queue().close(const_cast<WorkItem&>(queue.queue().items()[1]));
  CHECK(prefix.expired());
}

}  // namespace multistate::test::work_list_test
