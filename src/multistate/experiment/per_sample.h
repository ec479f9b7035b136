#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace multistate {

/// What is found out once about each sample and then holds for all cells that run it. Thread-safe:
/// whoever asks first finds out, those who ask for the same sample meanwhile wait.
template <class T>
class PerSample {
 public:
  explicit PerSample(int64_t samples) : entries_(static_cast<size_t>(samples)) {}

  /// `find_out()` gives a T; where it throws, the next call tries again.
  template <class F>
  const T& get(int64_t sample, const F& find_out) {
    Entry& entry = entries_[static_cast<size_t>(sample)];
    const std::lock_guard lock(entry.mutex);
    if (!entry.value) {
      entry.value.emplace(find_out());
    }
    return *entry.value;
  }

 private:
  struct Entry {
    std::mutex mutex;
    std::optional<T> value;
  };

  std::vector<Entry> entries_;
};

}  // namespace multistate
