#pragma once

#include <array>
#include <csignal>

namespace multistate {

/// Whether a signal has asked to stop since the StopSignals that lives now was made.
bool stop_requested();

/// While it lives, the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 sets stop_requested() and the
/// second ends the program as it would have without; those that were ignored before (nohup) stay
/// so. SIGPIPE is ignored: a reader of the progress that goes away does not end a sweep. One at a
/// time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> before_{};
  struct sigaction pipe_before_ {};
};

}  // namespace multistate
