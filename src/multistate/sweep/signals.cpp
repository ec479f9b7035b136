#include "multistate/sweep/signals.h"

namespace multistate {
namespace {

volatile std::sig_atomic_t stop_flag = 0;

extern "C" void handle_stop(int signal) {
  if (stop_flag != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  stop_flag = 1;
}

}  // namespace

bool stop_requested() {
  return stop_flag != 0;
}

StopSignals::StopSignals() {
  stop_flag = 0;
  struct sigaction action {};
  action.sa_handler = &handle_stop;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &before_[i]);
  }
}

StopSignals::~StopSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &before_[i], nullptr);
  }
}

}  // namespace multistate
