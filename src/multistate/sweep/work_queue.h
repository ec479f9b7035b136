#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "multistate/sweep/work_list.h"

namespace multistate {

/// Which item of a work list to run next, so that the beginnings that cells share are computed by
/// as few workers as can be. Not thread-safe.
class WorkQueue {
 public:
  explicit WorkQueue(std::vector<WorkItem> items);

  const std::vector<WorkItem>& items() const { return items_; }

  /// The best of the open items before `end` whose leases are not in `held` (of other workers);
  /// nullptr when there is none. In this order, and among equals that of the list:
  ///
  /// 1. items whose shared beginning this worker has computed;
  /// 2. items without a shared beginning, or with one that nobody works on;
  /// 3. items whose beginning another thread of this worker is computing: they wait for it;
  /// 4. items whose beginning other workers have: computed again rather than waited for.
  WorkItem* best(size_t end, const std::set<std::string>& held);

  /// The item is run by this worker: not open any more.
  void begin(WorkItem& item);

  /// The item is done, by whomever: not open any more, and without its beginning.
  void close(WorkItem& item);

  bool has_open(size_t end) const;

 private:
  bool is_open(size_t place) const { return open_[place]; }
  WorkItem* best_of_begun(size_t end, const std::set<std::string>& held, WorkItem*& waits);
  std::set<const SharedPrefix*> prefixes_of(const std::set<std::string>& held) const;

  std::vector<WorkItem> items_;
  std::vector<bool> open_;
  size_t first_ = 0;                                         ///< No item before it is open.
  std::map<const SharedPrefix*, std::set<size_t>> sharers_;  ///< Items that share a beginning.
  std::set<const SharedPrefix*> begun_;  ///< Those of sharers_ that this worker has begun.
  std::map<std::string, size_t> by_lease_;
};

}  // namespace multistate
