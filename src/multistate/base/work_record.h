#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace multistate {

/// A text in memory that processes share: cut off where it is too long.
template <size_t Size>
struct SharedText {
  std::array<char, Size> bytes = {};

  void set(std::string_view text) {
    const size_t length = text.copy(bytes.data(), Size - 1);
    bytes[length] = '\0';
  }
  std::string_view view() const { return bytes.data(); }
};

/// What one thread does, where another process can read it after the thread's own has died: plain
/// memory without pointers. Written by that thread alone.
struct WorkRecord {
  std::atomic<bool> busy = false;   ///< Has work; what follows is about it.
  std::atomic<bool> waits = false;  ///< For another thread, so that it makes no progress itself.
  std::atomic<int64_t> points = 0;  ///< Grows for as long as the work goes on.
  std::atomic<bool> in_policy = false;
  std::atomic<int64_t> layer = -1;  ///< Where the policy is called, or was last; -1: not yet.
  std::atomic<int64_t> step = -1;
  std::atomic<int> death =
      0;  ///< The signal that this thread died of; kExits: it ended the process.
  std::atomic<int64_t> sample = 0;
  SharedText<256> what;    ///< The folder of a cell, the name of a check.
  SharedText<128> policy;  ///< Its name.
  SharedText<256> note;    ///< What an exception said that nobody caught.

  static constexpr int kExits = -1;

  /// The work goes on. Not one operation, since only one thread writes.
  void tick() {
    points.store(points.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

/// That of this thread; nullptr where nobody watches.
extern constinit thread_local WorkRecord* own_work_record;

/// Thrown by work_point() where the work is to be dropped. No std::exception: it is nobody's error.
class WorkStopped {};

/// Asked by work_point() whether to drop the work of this thread; nullptr: never.
using StopQuestion = bool (*)();
extern constinit thread_local StopQuestion stop_of_work;

/// Long work calls this between its parts, often enough that it obeys a stop within seconds and is
/// seen to go on. Throws WorkStopped.
inline void work_point() {
  if (own_work_record != nullptr) {
    own_work_record->tick();
  }
  if (stop_of_work != nullptr && stop_of_work()) {
    throw WorkStopped();
  }
}

/// While it lives, this thread is inside a policy.
class InPolicy {
 public:
  InPolicy(int64_t layer, int64_t step) : record_(own_work_record) {
    if (record_ != nullptr) {
      record_->tick();
      record_->layer.store(layer, std::memory_order_relaxed);
      record_->step.store(step, std::memory_order_relaxed);
      record_->in_policy.store(true, std::memory_order_relaxed);
    }
  }
  ~InPolicy() {
    if (record_ != nullptr) {
      record_->in_policy.store(false, std::memory_order_relaxed);
    }
  }
  InPolicy(const InPolicy&) = delete;
  InPolicy& operator=(const InPolicy&) = delete;

 private:
  WorkRecord* record_;
};

/// While it lives, this thread waits for another one.
class Waiting {
 public:
  Waiting() : record_(own_work_record) { set(true); }
  ~Waiting() { set(false); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void set(bool waits) {
    if (record_ != nullptr) {
      record_->waits = waits;
    }
  }

  WorkRecord* record_;
};

}  // namespace multistate
