#include "multistate/sweep/work_queue.h"

#include <algorithm>
#include <utility>

namespace multistate {

WorkQueue::WorkQueue(std::vector<WorkItem> items)
    : items_(std::move(items)), open_(items_.size(), true) {
  for (size_t place = 0; place < items_.size(); ++place) {
    by_lease_[items_[place].lease] = place;
    if (const SharedPrefix* prefix = items_[place].prefix.get(); prefix != nullptr) {
      sharers_[prefix].insert(place);
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
    for (const size_t place : sharers_.at(prefix)) {
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
    const bool is_begun = begun_.count(prefix) > 0;
    if (prefix == nullptr || (!is_begun && busy.count(prefix) == 0)) {
      return &item;
    }
    if (!is_begun && joins == nullptr) {
      joins = &item;
    }
  }
  return waits != nullptr ? waits : joins;
}

void WorkQueue::begin(WorkItem& item) {
  open_[static_cast<size_t>(&item - items_.data())] = false;
  if (item.prefix != nullptr) {
    begun_.insert(item.prefix.get());
  }
}

void WorkQueue::close(WorkItem& item) {
  const auto place = static_cast<size_t>(&item - items_.data());
  open_[place] = false;
  if (item.prefix == nullptr) {
    return;
  }
  const auto sharers = sharers_.find(item.prefix.get());
  sharers->second.erase(place);
  if (sharers->second.empty()) {
    begun_.erase(sharers->first);
    sharers_.erase(sharers);
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
