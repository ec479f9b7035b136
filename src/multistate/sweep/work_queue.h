#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <vector>

#include "multistate/sweep/work_list.h"

namespace multistate {

/// Hands out the items of a work list in order, but for those that would wait: while one thread
/// runs the beginning of a sample that several cells share, the others get what comes behind it.
/// Thread-safe.
class WorkQueue {
 public:
  explicit WorkQueue(std::vector<WorkItem> items);

  const std::vector<WorkItem>& items() const { return items_; }

  /// The next of the items before `end`; nullptr when all of them were handed out.
  WorkItem* take(size_t end);

 private:
  bool would_wait(const WorkItem& item) const;

  std::mutex mutex_;
  std::vector<WorkItem> items_;
  std::vector<bool> taken_;
  size_t first_ = 0;  ///< All items before it are taken.
  std::set<const SharedPrefix*> begun_;
};

}  // namespace multistate
