#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "multistate/results/worker.h"
#include "multistate/sweep/cell_run.h"
#include "multistate/sweep/work_queue.h"

namespace multistate {

/// Hands out the work of a sweep to the threads of one worker, while other workers do the same: an
/// item is run by whoever has claimed its lease. What another worker holds is left to it, and taken
/// over when that worker ends. Thread-safe.
class ClaimedWork {
 public:
  /// What is told, from within take(); under a lock.
  struct Listener {
    std::function<void(CellRun&)> cell_over;         ///< Another worker has done a cell, or failed.
    std::function<void(const WorkItem&)> item_over;  ///< An item was done by another worker.
  };

  ClaimedWork(std::vector<WorkItem> items, std::vector<std::unique_ptr<CellRun>>& runs,
              Worker& worker, Listener listener);

  const std::vector<WorkItem>& items() const { return queue_.items(); }

  /// Claims the next of the items before `end` and gives `previous`, which was done by the thread
  /// that calls (or nullptr), back. Waits as long as all that is left is done by other workers;
  /// nullptr when nothing is left, or `stops` says so. Throws FileError.
  WorkItem* take(size_t end, WorkItem* previous, const std::function<bool()>& stops);

  /// The item was run: its beginning is not needed any more. Its lease is held on.
  void close(WorkItem& item);

 private:
  WorkItem* claim_best(size_t end);
  bool claim(WorkItem& item);
  void give_back(const WorkItem& item);
  void skip(WorkItem& item);
  bool is_over(size_t end);
  void say_that_it_waits();  ///< Once.

  std::mutex mutex_;
  WorkQueue queue_;
  std::vector<std::unique_ptr<CellRun>>& runs_;
  Worker& worker_;
  Listener listener_;
  std::atomic<bool> has_said_ = false;
};

}  // namespace multistate
