#include "multistate/sweep/runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
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
#include "multistate/results/cell_folder.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/cell_run.h"
#include "multistate/sweep/claimed_work.h"
#include "multistate/sweep/join_sweep.h"
#include "multistate/sweep/progress.h"
#include "multistate/sweep/signals.h"

namespace multistate {
namespace {

bool selected(const PlannedCell& cell, const std::vector<std::string>& ids) {
  return ids.empty() || std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
           return cell.id.compare(0, id.size(), id) == 0;
         });
}

class Runner {
 public:
  Runner(const SweepPlan& plan, const RunOptions& options, Worker& worker)
      : plan_(plan), options_(options), worker_(worker) {}

  RunOutcome run() {
    const size_t first_exclusive = collect();
    Progress progress(static_cast<int64_t>(plan_.cells.size()), outcome_.done, tokens_left());
    progress_ = &progress;
    run_until(first_exclusive, static_cast<size_t>(options_.jobs));
    run_until(work_->items().size(), 1);
    worker_.check();
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
    const auto failed_before = failed_under_supervisor();
    const auto context = make_run_context(options_.command, options_.jobs, options_.threads);
    for (const PlannedCell& cell : plan_.cells) {
      CellFolder folder(plan_.spec.output / "cells" / cell.folder(), cell.id);
      const CellState state = folder.remove_leftovers(
          [this](const std::string& process) { return worker_.is_at_work(process); });
      if (state == CellState::kDone) {
        ++outcome_.done;
        outcome_.earlier.add(folder.result());
        continue;
      }
      if (!selected(cell, options_.cells)) {
        continue;
      }
      const bool has_just_failed = failed_before.count(cell.folder()) > 0;
      if (state == CellState::kFailed && (!options_.retry_failed || has_just_failed)) {
        ++outcome_.failed;
        continue;
      }
      begin(cell, std::move(folder), context);
    }
    auto items = list_work(plan_, runs_, options_.sharing);
    const auto first_exclusive =
        std::stable_partition(items.begin(), items.end(),
                              [](const WorkItem& item) { return item.machine_lease.empty(); });
    const auto shared = static_cast<size_t>(first_exclusive - items.begin());
    work_ = std::make_unique<ClaimedWork>(
        std::move(items), runs_, worker_,
        ClaimedWork::Listener{[this](CellRun& run) { cell_over(run); },
                              [this](const WorkItem& item) { item_over(item); }});
    return shared;
  }

  /// Takes up a cell that is not done: some of its samples may be, or have crashed.
  void begin(const PlannedCell& cell, CellFolder folder, const nlohmann::json& context) {
    CellRun& run =
        *runs_.emplace_back(std::make_unique<CellRun>(cell, std::move(folder), context, worker_));
    for (const CrashedCell& crashed : options_.crashed) {
      if (crashed.folder == cell.folder()) {
        run.fail_crashed(crashed.sample, crashed.message);
      }
    }
    if (run.finish_if_complete() != CellRun::State::kRunning) {
      count(run);
    }
  }

  /// Cells that have failed in processes that died since, which this one goes on for.
  std::set<std::string> failed_under_supervisor() const {
    if (options_.supervisor == nullptr) {
      return {};
    }
    const auto failed = options_.supervisor->failed();
    return {failed.begin(), failed.end()};
  }

  /// The record of the next thread.
  WorkRecord* next_record() {
    if (options_.supervisor == nullptr) {
      return nullptr;
    }
    const auto records = options_.supervisor->records();
    return &records[static_cast<size_t>(threads_made_++) % records.size()];
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
    for (const WorkItem& item : work_->items()) {
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
    const auto stops = [this] { return stop_requested() || halted_; };
    const WatchedThread watched(next_record());
    stop_of_work = &stop_is_due;
    try {
      set_intra_op_threads(static_cast<int>(options_.threads));
      WorkItem* item = nullptr;
      while ((item = work_->take(end, item, stops)) != nullptr) {
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
    const auto seed = static_cast<uint64_t>(item.run->cell().spec->seed.value_or(0));
    item.run->run_samples(item.samples, seed, item.prefix.get(), running_);
    work_->close(item);
    {
      const std::lock_guard lock(mutex_);
      progress_->sample_done(item.run->cell().slug, tokens_of(item));
    }
    cell_over(*item.run);
  }

  /// Another worker has run it.
  void item_over(const WorkItem& item) {
    const std::lock_guard lock(mutex_);
    progress_->skip(tokens_of(item));
  }

  /// Counts and shows a cell that is done or failed, once.
  void cell_over(const CellRun& run) {
    const std::lock_guard lock(mutex_);
    if (run.state() == CellRun::State::kRunning || reported_.count(&run) > 0) {
      return;
    }
    const bool ok = count(run);
    progress_->cell_done(run.cell().slug + (run.ended_here() ? "" : " (by another worker)"), ok);
    halted_ = halted_ || (!ok && options_.fail_fast);
  }

  /// Whether the cell is done; it is done or failed.
  bool count(const CellRun& run) {
    reported_.insert(&run);
    const bool ok = run.state() == CellRun::State::kDone;
    if (!ok && options_.supervisor != nullptr) {
      options_.supervisor->note_failed(run.cell().folder());
    }
    ++(ok ? outcome_.done : outcome_.failed);
    ++(run.ended_here() ? outcome_.ran : outcome_.elsewhere);
    return ok;
  }

  const SweepPlan& plan_;
  const RunOptions& options_;
  Worker& worker_;
  std::vector<std::unique_ptr<CellRun>> runs_;
  std::unique_ptr<ClaimedWork> work_;
  std::atomic<int64_t> running_ = 0;
  std::atomic<int64_t> threads_made_ = 0;
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
  Worker worker(plan.spec.output, options.lease_timeout);
  if (!join_sweep(plan, options.command, options.config, worker)) {
    RunOutcome outcome;
    outcome.missing = static_cast<int64_t>(plan.cells.size());
    outcome.stopped = true;
    return outcome;
  }
  RunOutcome outcome = Runner(plan, options, worker).run();
  worker.leave();
  return outcome;
}

}  // namespace multistate
