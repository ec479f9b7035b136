#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "multistate/base/log.h"

namespace multistate {

/// Numbers that a progress line is made of.
struct ProgressState {
  int64_t cells = 0;
  int64_t done = 0;
  int64_t failed = 0;
  int64_t tokens = 0;  ///< To run in this call.
  int64_t tokens_done = 0;
  double seconds = 0.0;  ///< Since the start.
  std::string current;   ///< The cell that last made progress.
};

/// "12/25 cells  1 failed  tova-256  [#####-----]  143 tok/s  eta 2m10s", at most `width` columns.
/// Rate and time left come from tokens, since cells differ in size.
std::string progress_line(const ProgressState& state, int64_t width);

/// 130 s -> "2m10s".
std::string short_duration(double seconds);

/// Shows on stderr how far a sweep is: on a terminal a line that is redrawn, elsewhere a line for
/// each cell that ends. Thread-safe. Log messages pass through it while it lives, so that they do
/// not run into the line.
class Progress {
 public:
  Progress(int64_t cells, int64_t cells_done, int64_t tokens);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void sample_done(const std::string& cell, int64_t tokens);
  void cell_done(const std::string& cell, bool ok);

  /// So many tokens are not to be run any more: another worker has run them.
  void skip(int64_t tokens);

 private:
  void redraw(bool now);
  void clear();

  std::mutex mutex_;
  ProgressState state_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_draw_{};
  LogSink sink_before_;
};

}  // namespace multistate
