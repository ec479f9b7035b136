#include "multistate/cli/supervised_run.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/base/supervisor.h"
#include "multistate/base/thread_limit.h"
#include "multistate/cli/number_checks.h"
#include "multistate/engine/threads.h"
#include "multistate/sweep/crashes.h"

namespace multistate {
namespace {

constexpr int kStoppedCode = 75;
constexpr int kDiedCode = 3;

}  // namespace

void add_supervision_options(CLI::App& command, Supervision& supervision) {
  command
      .add_option("--jobs", supervision.jobs,
                  "Samples run in parallel (default: cores / threads). Times are not measured "
                  "then; experiments that measure times run alone, after the others")
      ->check(whole_number(1, kMostThreads));
  command
      .add_option("--stall-timeout", supervision.stall_timeout,
                  "Fail a run if its sample makes no progress for this many seconds")
      ->check(whole_number(1, kLongestTimeout))
      ->capture_default_str();
  command.add_flag(
      "--supervised,!--not-supervised", supervision.on,
      "Run in a supervised child process, so that a policy that crashes fails only its "
      "own run (default: yes; disable it for debuggers)");
}

void settle_jobs(const Supervision& supervision, RunOptions& options) {
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  options.jobs = supervision.jobs.value_or(std::max<int64_t>(1, cores / options.threads));
  const int64_t working = options.jobs * options.threads;
  // And one that renews the leases.
  require_threads(working < kMostThreads ? working + 1 : working, "--jobs, --threads");
}

int run_supervised(Supervision& supervision, RunOptions& options,
                   const std::function<int(ExitSignals&)>& work) {
  // Until a sweep starts nothing is half done. A reader of the table that goes away (head) does
  // not end a sweep, nor change what comes of it; nor does a signal while the process ends, so that
  // this lives as long as the process.
  static ExitSignals& signals = *new ExitSignals(kStoppedCode);
  std::signal(SIGPIPE, SIG_IGN);
  if (!supervision.on) {
    return work(signals);
  }
  Supervisor supervisor{std::chrono::seconds(supervision.stall_timeout)};
  options.supervisor = &supervisor;
  const auto jobs = supervision.jobs;
  Crashes crashes;
  while (true) {
    const auto end = supervisor.run([&] { return work(signals); });
    if (!end.death) {
      return end.code;
    }
    log_error(to_text(*end.death));
    if (end.stopped) {
      return kStoppedCode;
    }
    if (!crashes.learn(*end.death)) {
      log_error(
          "no sample was running, so a restart would end in the same way; finished samples are "
          "kept");
      return kDiedCode;
    }
    log_info("the sweep continues in a new process");
    options.crashed = crashes.cells();
    supervision.jobs = crashes.one_at_a_time() ? 1 : jobs;
  }
}

RunOutcome run_kept(const SweepPlan& plan, const RunOptions& options) {
  try {
    return run_sweep(plan, options);
  } catch (const FileError& error) {
    throw InputError(
        fmt::format("{}. The samples that were finished are kept: once this is mended, the same "
                    "command goes on",
                    error.what()));
  }
}

}  // namespace multistate
