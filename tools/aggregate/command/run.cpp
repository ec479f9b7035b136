#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/aggregate/collect.h"
#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/terminal.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/command/commands.h"
#include "aggregate/command/outputs.h"
#include "aggregate/command/parse.h"
#include "aggregate/exports/diff.h"

namespace multistate::aggregate {
namespace {

/// Seconds after which a page under --watch loads itself again, at least: it takes a while to load.
constexpr double kLeastReload = 2.0;

volatile std::sig_atomic_t stop_requested = 0;

extern "C" void handle_stop(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);  // The second one ends the program.
}

int compare(const Options& options) {
  const std::array a = {options.diff[0]};
  const std::array b = {options.diff[1]};
  const Collection left = collect(a);
  const Collection right = collect(b);
  const int code = warn_of_problems(left) | warn_of_problems(right);
  const Diff found = diff(left, right, options.diff_tolerance);
  fmt::print("{}", diff_text(found));
  return found.is_changed() ? 1 : code;
}

int print_one(const Options& options) {
  // Only tests need samples.
  static const std::set<std::string> tested = {"terminal", "md", "tex", "json", "html"};
  const Collection collection = collect(options.folders, tested.contains(options.format));
  write_format(collection, options);
  return warn_of_problems(collection);
}

struct Refreshed {
  nlohmann::json report;
  int code = 0;
  bool is_finished = false;
};

/// Reads everything and writes everything.
Refreshed refresh(const Options& options) {
  const Collection collection = collect(options.folders);
  const bool is_finished =
      collection.count(CellState::kDone) + collection.count(CellState::kFailed) ==
      collection.cells.size();
  const double reload =
      options.watch && !is_finished ? std::max(options.interval, kLeastReload) : 0.0;
  auto [report, code] = write_report(collection, options, reload);
  return {std::move(report), code | warn_of_problems(collection), is_finished};
}

/// Sleeps, in pieces that a signal cuts short.
void wait(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (stop_requested == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

int watch(const Options& options) {
  std::signal(SIGINT, &handle_stop);
  std::signal(SIGTERM, &handle_stop);
  std::string seen;
  nlohmann::json report;
  int code = 0;
  while (stop_requested == 0) {
    const std::string now = fingerprint(options.folders);
    if (now != seen) {
      seen = now;
      if (is_terminal(STDOUT_FILENO)) {
        fmt::print("\033[H\033[2J");
      }
      Refreshed refreshed = refresh(options);
      code = refreshed.code;
      if (refreshed.is_finished) {
        return code;
      }
      report = std::move(refreshed.report);
    }
    wait(options.interval);
  }
  // Nobody writes the page again, so it need not look.
  if (!report.is_null()) {
    write_page(report, options, 0.0);
  }
  return code;
}

}  // namespace

int aggregate(int argc, const char* const* argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    return 0;
  }
  if (!options->diff.empty()) {
    return compare(*options);
  }
  if (options->format != "all") {
    return print_one(*options);
  }
  return options->watch ? watch(*options) : refresh(*options).code;
}

}  // namespace multistate::aggregate
