#include "multistate/sweep/work_queue.h"

#include <utility>

namespace multistate {

WorkQueue::WorkQueue(std::vector<WorkItem> items)
    : items_(std::move(items)), taken_(items_.size(), false) {}

bool WorkQueue::would_wait(const WorkItem& item) const {
  return item.prefix != nullptr && begun_.count(item.prefix.get()) > 0 && !item.prefix->is_there();
}

WorkItem* WorkQueue::take(size_t end) {
  const std::lock_guard lock(mutex_);
  while (first_ < end && taken_[first_]) {
    ++first_;
  }
  if (first_ >= end) {
    return nullptr;
  }
  size_t next = first_;
  while (next < end && (taken_[next] || would_wait(items_[next]))) {
    ++next;
  }
  // When all of them would wait, so be it.
  WorkItem& item = items_[next < end ? next : first_];
  taken_[static_cast<size_t>(&item - items_.data())] = true;
  if (item.prefix != nullptr) {
    begun_.insert(item.prefix.get());
  }
  return &item;
}

}  // namespace multistate
