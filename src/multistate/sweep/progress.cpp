#include "multistate/sweep/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/terminal.h"

namespace multistate {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval(100);
constexpr int kBarWidth = 20;

/// Progress that cannot be shown (a full disk, a terminal that was closed) must not end a sweep, so
/// unlike fmt::print this does not throw.
void show(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

std::string bar(double share) {
  const int filled = static_cast<int>(share * kBarWidth);
  return fmt::format("[{:#<{}}{:-<{}}]", "", filled, "", kBarWidth - filled);
}

}  // namespace

std::string short_duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) {
    return fmt::format("{}s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  }
  return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::string progress_line(const ProgressState& state, int64_t width) {
  std::string line = fmt::format("{}/{} cells", state.done + state.failed, state.cells);
  if (state.failed > 0) {
    line += fmt::format("  {} failed", state.failed);
  }
  if (!state.current.empty()) {
    line += "  " + state.current;
  }
  if (state.tokens > 0) {
    const double share = static_cast<double>(state.tokens_done) / static_cast<double>(state.tokens);
    line += "  " + bar(std::min(share, 1.0));
  }
  if (state.tokens_done > 0 && state.seconds > 0.0) {
    const double rate = static_cast<double>(state.tokens_done) / state.seconds;
    const double left = static_cast<double>(state.tokens - state.tokens_done) / rate;
    line += fmt::format("  {:.0f} tok/s  eta {}", rate, short_duration(std::max(left, 0.0)));
  }
  return line.substr(0, static_cast<size_t>(std::max<int64_t>(width, 1)));
}

Progress::Progress(int64_t cells, int64_t cells_done, int64_t tokens)
    : terminal_(is_terminal(STDERR_FILENO)) {
  state_.cells = cells;
  state_.done = cells_done;
  state_.tokens = tokens;
  sink_before_ = set_log_sink([this](LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex_);
    clear();
    show(format_log_line(level, message, use_color(STDERR_FILENO)));
    redraw(true);
  });
}

Progress::~Progress() {
  set_log_sink(std::move(sink_before_));
  const std::lock_guard lock(mutex_);
  clear();
}

void Progress::sample_done(const std::string& cell, int64_t tokens) {
  const std::lock_guard lock(mutex_);
  state_.tokens_done += tokens;
  state_.current = cell;
  redraw(false);
}

void Progress::cell_done(const std::string& cell, bool ok) {
  const std::lock_guard lock(mutex_);
  ++(ok ? state_.done : state_.failed);
  state_.current = cell;
  if (terminal_) {
    redraw(true);
    return;
  }
  state_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  ProgressState shown = state_;
  shown.current = cell + (ok ? " done" : " FAILED");
  show(progress_line(shown, 1000) + "\n");
}

void Progress::skip(int64_t tokens) {
  const std::lock_guard lock(mutex_);
  state_.tokens -= tokens;
  redraw(false);
}

void Progress::redraw(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!terminal_ || (!now && time - last_draw_ < kRedrawInterval)) {
    return;
  }
  last_draw_ = time;
  state_.seconds = std::chrono::duration<double>(time - start_).count();
  clear();
  show(progress_line(state_, terminal_width(STDERR_FILENO) - 1));
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) {
    show("\r\x1b[K");
    drawn_ = false;
  }
}

}  // namespace multistate
