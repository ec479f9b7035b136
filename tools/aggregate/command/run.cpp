#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/terminal.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/command/commands.h"
#include "aggregate/command/outputs.h"
#include "aggregate/command/parse.h"
#include "aggregate/exports/diff.h"
#include "aggregate/reading/collect.h"

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
  fmt::print("{}", diff_text(found, left, right));
  return found.is_changed() ? 1 : code;
}

int print_one(const Options& options) {
  // Only tests need samples.
  const bool samples = options.format != "csv" && options.format != "lm-eval";
  const Collection collection = collect(options.folders, samples);
  if (options.format == "lm-eval") {
    fmt::print("{}", write_lm_eval(collection, options));
  } else if (options.output) {
    write_atomically(*options.output / file_name_of(options.format),
                     one_format(collection, options));
  } else {
    fmt::print("{}", one_format(collection, options));
  }
  return warn_of_problems(collection);
}

bool is_finished(const Collection& collection) {
  return collection.count(CellState::kDone) + collection.count(CellState::kFailed) ==
         collection.cells.size();
}

struct Refreshed {
  Collection collection;
  nlohmann::json report;
  int code = 0;
};

/// Reads everything and writes everything.
Refreshed refresh(const Options& options) {
  Collection collection = collect(options.folders);
  const bool goes_on = options.watch && !is_finished(collection);
  auto [table, report, problems] =
      write_report(collection, options, goes_on ? std::max(options.interval, kLeastReload) : 0.0);
  fmt::print("{}\nwritten to {}\n", table, output_folder(options).string());
  std::fflush(stdout);
  for (const std::string& problem : problems) {
    log_warning(problem);
  }
  const int code = warn_of_problems(collection) | (problems.empty() ? 0 : 1);
  return {std::move(collection), std::move(report), code};
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
      if (is_finished(refreshed.collection)) {
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
