#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace multistate {

/// Samples that are kept though no cell uses them.
inline constexpr size_t kUnusedSamples = 2;

/// As PerSample, for what is too large to be kept for all samples: it stays while a cell uses it,
/// and that of the samples that were asked for last stays until others are. A sweep runs sample by
/// sample, all cells of one after the other, so that each is found out once; cells that run one
/// after the other (--no-sharing) find it out anew. Thread-safe: whoever asks first finds out,
/// those who ask for the same sample meanwhile wait.
template <class T>
class RecentSamples {
 public:
  /// `find_out()` gives a T; where it throws, the next call tries again.
  template <class F>
  std::shared_ptr<const T> get(int64_t sample, const F& find_out) {
    const std::shared_ptr<Entry> entry = entry_of(sample);
    const std::lock_guard lock(entry->mutex);
    if (!entry->value) {
      entry->value.emplace(find_out());
    }
    return {entry, &*entry->value};
  }

 private:
  struct Entry {
    std::mutex mutex;
    std::optional<T> value;
  };

  std::shared_ptr<Entry> entry_of(int64_t sample) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Entry> entry = entries_[sample].lock();
    if (entry == nullptr) {
      entry = std::make_shared<Entry>();
      entries_[sample] = entry;
    }
    std::erase(recent_, entry);
    recent_.push_front(entry);
    if (recent_.size() > kUnusedSamples) {
      recent_.pop_back();
    }
    std::erase_if(entries_, [](const auto& item) { return item.second.expired(); });
    return entry;
  }

  std::mutex mutex_;
  std::map<int64_t, std::weak_ptr<Entry>> entries_;
  std::deque<std::shared_ptr<Entry>> recent_;  ///< The last one first.
};

}  // namespace multistate
