#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/base/work_record.h"

namespace multistate {

/// What a thread was doing when its process died.
struct DeadWork {
  std::string what;  ///< WorkRecord::what.
  int64_t sample = 0;
  std::string where;  ///< "in policy mine, layer 2, step 17".
  std::string note;   ///< Of an exception that nobody caught.
};

/// How a process ended that should have returned.
struct ProcessDeath {
  std::string how;  ///< "died of signal 11 (Segmentation fault)".

  /// By SIGKILL from elsewhere, as the system does when memory runs out, and people do.
  bool was_killed = false;

  /// What it was doing: of the thread at fault where that is known, else of all.
  std::vector<DeadWork> work;

  std::vector<std::string> last_messages;  ///< Warnings in its log.
};

/// "the process died of signal 11 (Segmentation fault) in policy mine, layer 2, step 17", with what
/// the only thread that is at fault did, and the last warnings.
std::string to_text(const ProcessDeath& death);

/// Runs work in a process of its own, so that a policy that crashes, ends the process or never
/// returns does not take the program with it. One a program, before its first thread.
class Supervisor {
 public:
  /// `stall`: how long a thread that has work may show no progress (see work_point()) before its
  /// process is killed. Throws std::system_error when there is no memory to share.
  explicit Supervisor(std::chrono::seconds stall);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Records for the threads of the work, which watch themselves by a WatchedThread.
  std::span<WorkRecord> records();

  /// Notes, for the supervising process, something that outlives the process of the work.
  void note_failed(const std::string& name);
  std::vector<std::string> failed() const;

  struct End {
    int code = 0;
    std::optional<ProcessDeath> death;  ///< Only in the supervising process.
    bool stopped = false;               ///< A signal had asked to stop.
  };

  /// Forks. The new process returns what `work` returns, and throws what it throws: it goes on from
  /// here, to the end of main(). This one waits for it, passes SIGINT, SIGTERM, SIGHUP and SIGUSR1
  /// on, and returns its exit code, or how it died. When it was ended by one of these signals, so
  /// is this process.
  End run(const std::function<int()>& work);

 private:
  struct Shared;

  End watch(int child, int alive);

  /// The status that the child ended with. `alive` hangs up when it does; `stuck` is what it was
  /// killed for.
  int wait_for(int child, int alive, std::vector<const WorkRecord*>& stuck);

  /// What the child died of, and of which work.
  ProcessDeath death_of(int signal, const std::vector<const WorkRecord*>& stuck);

  std::chrono::seconds stall_limit() const;

  std::chrono::seconds stall_;
  Shared* shared_;
};

/// Makes a record that of this thread, with a stack for signal handlers, as long as it lives.
class WatchedThread {
 public:
  explicit WatchedThread(WorkRecord* record);
  ~WatchedThread();
  WatchedThread(const WatchedThread&) = delete;
  WatchedThread& operator=(const WatchedThread&) = delete;

 private:
  std::vector<char> stack_;
};

/// While it lives, the record of this thread says that it has this work.
class BusyWith {
 public:
  BusyWith(std::string_view what, std::string_view policy, int64_t sample);
  ~BusyWith();
  BusyWith(const BusyWith&) = delete;
  BusyWith& operator=(const BusyWith&) = delete;
};

}  // namespace multistate
