#pragma once

#include <array>
#include <csignal>

namespace multistate {

/// The signals that ask to stop, and what handled them before.
inline constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
using StopHandlers = std::array<struct sigaction, kStopSignals.size()>;

/// Whether a signal has asked to stop since the StopSignals that lives now was made.
bool stop_requested();

/// Whether that was two seconds ago or more: work that was nearly done has ended, what still runs
/// is to be dropped.
bool stop_is_due();

/// While it lives, SIGINT, SIGTERM, SIGHUP or SIGUSR1 ends the program at once with an exit code:
/// for what leaves nothing half done, such as planning. Those that were ignored before (nohup) stay
/// so. At most one.
class ExitSignals {
 public:
  explicit ExitSignals(int code);
  ~ExitSignals();
  ExitSignals(const ExitSignals&) = delete;
  ExitSignals& operator=(const ExitSignals&) = delete;

  /// The exit code from now on.
  void use_code(int code);

 private:
  StopHandlers before_;
};

/// While it lives, the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 sets stop_requested(). Later ones
/// are part of the same request, but for a SIGINT: that one ends the program as it would have
/// without. Those that were ignored before (nohup) stay so. SIGPIPE is ignored: a reader of the
/// progress that goes away does not end a sweep. One at a time; within the life of an ExitSignals
/// it takes its place.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  StopHandlers before_;
  struct sigaction pipe_before_ {};
};

}  // namespace multistate
