#include "multistate/sweep/runner.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/log.h"
#include "multistate/engine/run_context.h"
#include "multistate/engine/threads.h"
#include "multistate/experiment/exclusive_experiment.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/manifest.h"
#include "multistate/results/output_lock.h"
#include "multistate/sweep/cell_run.h"
#include "multistate/sweep/progress.h"
#include "multistate/sweep/signals.h"
#include "multistate/sweep/work_queue.h"

namespace multistate {
namespace {

void write_plan(const SweepPlan& plan, const RunOptions& options) {
  Manifest manifest;
  manifest.name = plan.spec.name;
  manifest.command = options.command;
  manifest.axes = plan.spec.axes;
  for (const PlannedCell& cell : plan.cells) {
    manifest.cells.push_back({cell.id, "cells/" + cell.folder(), cell.spec->parameters});
  }
  write_manifest(plan.spec.output, std::move(manifest), options.config);
}

bool selected(const PlannedCell& cell, const std::vector<std::string>& ids) {
  return ids.empty() || std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
           return cell.id.compare(0, id.size(), id) == 0;
         });
}

class Runner {
 public:
  Runner(const SweepPlan& plan, const RunOptions& options, const OutputLock& lock)
      : plan_(plan), options_(options), lock_(lock) {}

  RunOutcome run() {
    const size_t first_exclusive = collect();
    Progress progress(static_cast<int64_t>(plan_.cells.size()), outcome_.done, tokens_left());
    progress_ = &progress;
    run_until(first_exclusive, static_cast<size_t>(options_.jobs));
    run_until(queue_->items().size(), 1);
    lock_.check();
    outcome_.missing = static_cast<int64_t>(plan_.cells.size()) - outcome_.done - outcome_.failed;
    outcome_.stopped = stop_requested();
    for (const auto& run : runs_) {
      outcome_.tokens += run->tokens();
      outcome_.computed_tokens += run->computed_tokens();
    }
    return outcome_;
  }

 private:
  /// Decides about every cell what is left to do, that of exclusive experiments last. Returns where
  /// these begin.
  size_t collect() {
    const auto context = make_run_context(options_.command, options_.jobs, options_.threads);
    for (const PlannedCell& cell : plan_.cells) {
      CellFolder folder(plan_.spec.output / "cells" / cell.folder(), cell.id);
      const CellState state = folder.remove_leftovers();
      if (state == CellState::kDone) {
        ++outcome_.done;
        outcome_.earlier.add(folder.result());
        continue;
      }
      if (!selected(cell, options_.cells)) {
        continue;
      }
      if (state == CellState::kFailed && !options_.retry_failed) {
        ++outcome_.failed;
        continue;
      }
      runs_.push_back(std::make_unique<CellRun>(cell, std::move(folder), context));
      if (runs_.back()->missing().empty()) {
        const bool is_done = runs_.back()->finish_if_complete() == CellRun::State::kDone;
        outcome_.done += is_done ? 1 : 0;
        outcome_.ran += is_done ? 1 : 0;
      }
    }
    auto work = list_work(plan_, runs_, options_.sharing);
    const auto first_exclusive =
        std::stable_partition(work.begin(), work.end(), [](const WorkItem& item) {
          return !is_exclusive(*item.run->cell().spec->experiment.experiment);
        });
    const auto shared = static_cast<size_t>(first_exclusive - work.begin());
    queue_ = std::make_unique<WorkQueue>(std::move(work));
    return shared;
  }

  /// Runs the items before `end` that are left, with up to `jobs` threads.
  void run_until(size_t end, size_t jobs) {
    const size_t workers = std::min(jobs, end);
    std::vector<std::thread> threads;
    threads.reserve(workers);
    try {
      while (threads.size() < workers) {
        threads.emplace_back([this, end] { work(end); });
      }
    } catch (const std::system_error& error) {
      // Those that are there do the work, if there are any.
      if (threads.empty()) {
        throw;
      }
      log_warning(fmt::format("{} of {} jobs run, since no more threads can be made: {}",
                              threads.size(), workers, error.code().message()));
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

  int64_t tokens_left() const {
    int64_t tokens = 0;
    for (const WorkItem& item : queue_->items()) {
      tokens += tokens_of(item);
    }
    return tokens;
  }

  static int64_t tokens_of(const WorkItem& item) {
    int64_t tokens = 0;
    for (const int64_t sample : item.samples) {
      tokens += item.run->cell().workload->length(sample).tokens;
    }
    return tokens;
  }

  void work(size_t end) {
    try {
      set_intra_op_threads(static_cast<int>(options_.threads));
      while (!stop_requested() && !halted_) {
        WorkItem* item = queue_->take(end);
        if (item == nullptr) {
          break;
        }
        run_item(*item);
      }
    } catch (...) {
      // An exception must not leave a thread; the first one is thrown again by run().
      const std::lock_guard lock(mutex_);
      failure_ = failure_ ? failure_ : std::current_exception();
      halted_ = true;
    }
  }

  void run_item(WorkItem& item) {
    const PlannedCell& cell = item.run->cell();
    lock_.check();
    const auto seed = static_cast<uint64_t>(cell.spec->seed.value_or(0));
    const auto after = item.run->run_samples(item.samples, seed, item.prefix.get(), running_);
    item.prefix.reset();
    const std::lock_guard lock(mutex_);
    progress_->sample_done(cell.slug, tokens_of(item));
    if (after == CellRun::State::kRunning || !reported_.insert(item.run).second) {
      return;
    }
    const bool ok = after == CellRun::State::kDone;
    ++(ok ? outcome_.done : outcome_.failed);
    ++outcome_.ran;
    progress_->cell_done(cell.slug, ok);
    halted_ = halted_ || (!ok && options_.fail_fast);
  }

  const SweepPlan& plan_;
  const RunOptions& options_;
  const OutputLock& lock_;
  std::vector<std::unique_ptr<CellRun>> runs_;
  std::unique_ptr<WorkQueue> queue_;
  std::atomic<int64_t> running_ = 0;
  std::atomic<bool> halted_ = false;
  Progress* progress_ = nullptr;
  std::mutex mutex_;
  std::set<const CellRun*> reported_;
  RunOutcome outcome_;
  std::exception_ptr failure_;
};

}  // namespace

int RunOutcome::exit_code() const {
  if (stopped && missing > 0) {
    return 75;
  }
  return failed > 0 ? 1 : 0;
}

RunOutcome run_sweep(const SweepPlan& plan, const RunOptions& options) {
  for (const std::string& id : options.cells) {
    const bool known = std::any_of(plan.cells.begin(), plan.cells.end(),
                                   [&](const PlannedCell& cell) { return selected(cell, {id}); });
    if (!known) {
      throw InputError(fmt::format(
          "--cell {}: no cell of this sweep has an id that starts so; --dry-run lists them", id));
    }
  }
  const StopSignals signals;
  const OutputLock lock(plan.spec.output);
  remove_manifest_leftovers(plan.spec.output);
  write_plan(plan, options);
  return Runner(plan, options, lock).run();
}

}  // namespace multistate
