#include "multistate/sweep/work_queue.h"

#include <algorithm>
#include <utility>

namespace multistate {

WorkQueue::WorkQueue(std::vector<WorkItem> items)
    : items_(std::move(items)), open_(items_.size(), true) {
  for (size_t place = 0; place < items_.size(); ++place) {
    by_lease_[items_[place].lease] = place;
    if (const SharedPrefix* prefix = items_[place].prefix.get(); prefix != nullptr) {
      groups_[prefix].items.insert(place);
    }
  }
}

std::set<const SharedPrefix*> WorkQueue::prefixes_of(const std::set<std::string>& held) const {
  std::set<const SharedPrefix*> prefixes;
  for (const std::string& lease : held) {
    if (const auto found = by_lease_.find(lease); found != by_lease_.end()) {
      prefixes.insert(items_[found->second].prefix.get());
    }
  }
  return prefixes;
}

WorkItem* WorkQueue::best_of_begun(size_t end, const std::set<std::string>& held,
                                   WorkItem*& waits) {
  size_t ready = end;
  size_t waiting = end;
  for (const SharedPrefix* prefix : begun_) {
    size_t& first = prefix->is_there() ? ready : waiting;
    for (const size_t place : groups_.at(prefix).items) {
      if (place >= first) {
        break;
      }
      if (is_open(place) && held.count(items_[place].lease) == 0) {
        first = place;
        break;
      }
    }
  }
  waits = waiting < end ? &items_[waiting] : nullptr;
  return ready < end ? &items_[ready] : nullptr;
}

WorkItem* WorkQueue::best(size_t end, const std::set<std::string>& held) {
  while (first_ < items_.size() && !is_open(first_)) {
    ++first_;
  }
  WorkItem* waits = nullptr;
  if (WorkItem* ready = best_of_begun(end, held, waits); ready != nullptr) {
    return ready;
  }
  const auto busy = prefixes_of(held);
  WorkItem* joins = nullptr;
  for (size_t place = first_; place < end; ++place) {
    WorkItem& item = items_[place];
    if (!is_open(place) || held.count(item.lease) > 0) {
      continue;
    }
    const SharedPrefix* prefix = item.prefix.get();
    if (prefix == nullptr || (!groups_.at(prefix).begun && busy.count(prefix) == 0)) {
      return &item;
    }
    if (!groups_.at(prefix).begun && joins == nullptr) {
      joins = &item;
    }
  }
  return waits != nullptr ? waits : joins;
}

void WorkQueue::begin(WorkItem& item) {
  open_[static_cast<size_t>(&item - items_.data())] = false;
  if (item.prefix != nullptr) {
    groups_.at(item.prefix.get()).begun = true;
    begun_.insert(item.prefix.get());
  }
}

void WorkQueue::close(WorkItem& item) {
  const auto place = static_cast<size_t>(&item - items_.data());
  open_[place] = false;
  if (item.prefix == nullptr) {
    return;
  }
  const auto group = groups_.find(item.prefix.get());
  group->second.items.erase(place);
  if (group->second.items.empty()) {
    begun_.erase(group->first);
    groups_.erase(group);
  }
  item.prefix.reset();
}

bool WorkQueue::has_open(size_t end) const {
  for (size_t place = first_; place < end; ++place) {
    if (is_open(place)) {
      return true;
    }
  }
  return false;
}

}  // namespace multistate
