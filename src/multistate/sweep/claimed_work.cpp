#include "multistate/sweep/claimed_work.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "multistate/base/log.h"

namespace multistate {
namespace {

/// Between two looks at what others do; longer and longer, since they look at one file system.
constexpr std::chrono::milliseconds kShortestWait(20);
constexpr std::chrono::milliseconds kLongestWait(2000);

/// Sleeps, or less when it `stops`.
void wait_for(std::chrono::milliseconds time, const std::function<bool()>& stops) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stops() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kShortestWait);
  }
}

std::string text_of(const WorkItem& item) {
  return fmt::format("{}, {} {}", item.run->cell().folder(),
                     item.samples.size() == 1 ? "sample" : "samples",
                     fmt::join(item.samples, ", "));
}

}  // namespace

ClaimedWork::ClaimedWork(std::vector<WorkItem> items, std::vector<std::unique_ptr<CellRun>>& runs,
                         Worker& worker, Listener listener)
    : queue_(std::move(items)), runs_(runs), worker_(worker), listener_(std::move(listener)) {}

WorkItem* ClaimedWork::take(size_t end, WorkItem* previous, const std::function<bool()>& stops) {
  auto wait = kShortestWait;
  while (!stops()) {
    worker_.check();
    {
      const std::lock_guard lock(mutex_);
      if (previous != nullptr && !previous->machine_lease.empty()) {
        give_back(*previous);
        previous = nullptr;
      }
      WorkItem* next = claim_best(end);
      // Only now, so that a worker which computes a beginning for many cells is seen to do so all
      // the time; but before it waits for others, which may wait for this.
      if (previous != nullptr) {
        give_back(*previous);
        previous = nullptr;
      }
      if (next != nullptr || is_over(end)) {
        return next;
      }
    }
    say_that_it_waits();
    wait_for(wait, stops);
    wait = std::min({2 * wait, kLongestWait, worker_.longest_pause()});
  }
  if (previous != nullptr) {
    const std::lock_guard lock(mutex_);
    give_back(*previous);
  }
  return nullptr;
}

void ClaimedWork::say_that_it_waits() {
  if (!has_said_.exchange(true)) {
    log_info("all that is left is being run by other workers; waiting for them");
  }
}

void ClaimedWork::close(WorkItem& item) {
  const std::lock_guard lock(mutex_);
  queue_.close(item);
}

WorkItem* ClaimedWork::claim_best(size_t end) {
  auto held = worker_.held_by_others();
  while (WorkItem* item = queue_.best(end, held)) {
    const auto is_there = [&](int64_t sample) { return item->run->has(sample); };
    const auto is_done = [&] {
      return item->run->state() != CellRun::State::kRunning ||
             std::all_of(item->samples.begin(), item->samples.end(), is_there);
    };
    if (is_done()) {
      skip(*item);
      continue;
    }
    if (!claim(*item)) {
      held.insert(item->lease);
      continue;
    }
    // Whoever had the lease before may have done it.
    if (item->run->refresh() != CellRun::State::kRunning) {
      listener_.cell_over(*item->run);
    }
    if (is_done()) {
      give_back(*item);
      skip(*item);
      continue;
    }
    std::erase_if(item->samples, is_there);
    queue_.begin(*item);
    return item;
  }
  return nullptr;
}

bool ClaimedWork::claim(WorkItem& item) {
  const std::string what = text_of(item);
  if (!worker_.claim(item.lease, what)) {
    return false;
  }
  if (!item.machine_lease.empty() && !worker_.claim(item.machine_lease, what)) {
    worker_.release(item.lease);
    return false;
  }
  return true;
}

void ClaimedWork::give_back(const WorkItem& item) {
  worker_.release(item.lease);
  if (!item.machine_lease.empty()) {
    worker_.release(item.machine_lease);
  }
}

void ClaimedWork::skip(WorkItem& item) {
  queue_.close(item);
  listener_.item_over(item);
}

bool ClaimedWork::is_over(size_t end) {
  bool all_over = !queue_.has_open(end);
  for (const auto& run : runs_) {
    if (run->state() == CellRun::State::kRunning && run->is_complete()) {
      // All samples are there: whoever was to write the result may have ended before.
      all_over = run->finish_if_complete() != CellRun::State::kRunning && all_over;
      if (run->state() != CellRun::State::kRunning) {
        listener_.cell_over(*run);
      }
    }
  }
  return all_over;
}

}  // namespace multistate
