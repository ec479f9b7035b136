#include "multistate/sweep/signals.h"

#include <atomic>
#include <ctime>
#include <string_view>

#include <unistd.h>

namespace multistate {
namespace {

std::atomic<bool> stop_flag = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not take a lock");

constexpr int64_t kPatience = 2;  // Seconds.

std::atomic<int64_t> stop_time = 0;
static_assert(std::atomic<int64_t>::is_always_lock_free, "a signal handler may not take a lock");

/// By a call that a signal handler may make.
int64_t seconds_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

/// A person who types Ctrl-C again wants an end. Batch systems send SIGUSR1, then SIGTERM, and that
/// to every process of a job, which a wrapper may pass on as well: all of it is one request.
extern "C" void handle_stop(int signal) {
  if (!stop_flag) {
    stop_time = seconds_since_boot();
  }
  if (stop_flag.exchange(true) && signal == SIGINT) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

std::atomic<int> exit_code = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not take a lock");

extern "C" void handle_exit(int /*signal*/) {
  constexpr std::string_view kText = "multistate: stopped by a signal\n";
  static_cast<void>(::write(STDERR_FILENO, kText.data(), kText.size()) < 0);
  ::_exit(exit_code);
}

/// Gives all signals a handler and returns those of before. nohup and a shell's background jobs
/// have some ignored, and mean it.
StopHandlers handle_with(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  StopHandlers before{};
  for (size_t i = 0; i < kStopSignals.size(); ++i) {
    sigaction(kStopSignals[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) {
      sigaction(kStopSignals[i], &action, nullptr);
    }
  }
  return before;
}

void restore(const StopHandlers& before) {
  for (size_t i = 0; i < kStopSignals.size(); ++i) {
    sigaction(kStopSignals[i], &before[i], nullptr);
  }
}

}  // namespace

bool stop_requested() {
  return stop_flag;
}

bool stop_is_due() {
  return stop_flag && seconds_since_boot() >= stop_time + kPatience;
}

ExitSignals::ExitSignals(int code) {
  exit_code = code;
  before_ = handle_with(&handle_exit);
}

ExitSignals::~ExitSignals() {
  restore(before_);
}

void ExitSignals::use_code(int code) {
  exit_code = code;
}

StopSignals::StopSignals() {
  stop_flag = false;
  before_ = handle_with(&handle_stop);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
}

StopSignals::~StopSignals() {
  restore(before_);
  sigaction(SIGPIPE, &pipe_before_, nullptr);
}

}  // namespace multistate
