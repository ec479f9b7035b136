#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/supervisor.h"
#include "multistate/base/text.h"
#include "multistate/base/thread_limit.h"
#include "multistate/cli/command.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/sweep_arguments.h"
#include "multistate/sweep/crashes.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/signals.h"
#include "multistate/sweep/summary_table.h"
#include "multistate/sweep/verdict_lines.h"

namespace multistate {
namespace {

constexpr int kStopped = 75;
constexpr int kDied = 3;

template <class... Values>
void say_as(fmt::format_string<Values...> format, Values&&... values) {
  say(fmt::format(format, std::forward<Values>(values)...));
}

struct RunArguments {
  SweepArguments sweep;
  bool dry_run = false;
  bool supervised = true;
  int64_t stall_timeout = 600;
  std::optional<int64_t> jobs;
};

/// Not by fmt::print(), which throws when the reader has gone away.
void print_outcome(const SweepPlan& plan, const RunOutcome& outcome) {
  const std::string table = summary_table(plan) + verdict_lines(plan);
  std::fwrite(table.data(), 1, table.size(), stdout);
  const std::string elsewhere =
      outcome.elsewhere > 0 ? fmt::format(", {} run by other workers", outcome.elsewhere) : "";
  say_as("{} run{}, {}\n", outcome.ran, elsewhere, outcome.earlier.text());
  if (outcome.ran == 0 && outcome.elsewhere == 0 && outcome.earlier.cells > 0) {
    say_as(
        "Nothing was run: all results are from earlier runs. To run again, choose another "
        "folder: output=results/again\n");
  }
  if (outcome.computed_tokens < outcome.tokens) {
    say_as("{} tokens; {} reused from shared prefixes\n", human_count(outcome.tokens),
           human_count(outcome.tokens - outcome.computed_tokens));
  }
  say_as("results: {}\n", plan.spec.output.string());
  if (outcome.failed > 0) {
    say_as("{} runs failed; see error.json and log.txt in their folders\n", outcome.failed);
  }
  if (outcome.stopped && outcome.missing > 0) {
    say_as("Interrupted with {} runs left. Run the same command to resume.\n", outcome.missing);
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

int run_here(RunArguments& arguments, ExitSignals& signals) {
  const SweepPlan plan = plan_of(arguments.sweep);
  if (arguments.dry_run) {
    fmt::print("{}{}", plan_table(plan), power_line(plan));
    return 0;
  }
  RunOptions& options = arguments.sweep.options;
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  options.jobs = arguments.jobs.value_or(std::max<int64_t>(1, cores / options.threads));
  const int64_t working = options.jobs * options.threads;
  // And one that renews the leases.
  require_threads(working < kMostThreads ? working + 1 : working, "--jobs, --threads");
  options.command = command_line();
  if (options.crashed.empty()) {
    say_as("{}", power_line(plan));
  }
  const RunOutcome outcome = run_kept(plan, options);
  signals.use_code(outcome.exit_code());
  print_outcome(plan, outcome);
  return outcome.exit_code();
}

/// Runs the sweep in a process of its own, and again whenever that one dies: without the cell that
/// it died of.
int run_supervised(RunArguments& arguments, ExitSignals& signals) {
  Supervisor supervisor{std::chrono::seconds(arguments.stall_timeout)};
  RunOptions& options = arguments.sweep.options;
  options.supervisor = &supervisor;
  const auto jobs = arguments.jobs;
  Crashes crashes;
  while (true) {
    const auto end = supervisor.run([&] { return run_here(arguments, signals); });
    if (!end.death) {
      return end.code;
    }
    log_error(to_text(*end.death));
    if (end.stopped) {
      return kStopped;
    }
    if (!crashes.learn(*end.death)) {
      log_error(
          "no sample was running, so a restart would end in the same way; finished samples are "
          "kept");
      return kDied;
    }
    log_info("the sweep continues in a new process");
    options.crashed = crashes.cells();
    arguments.jobs = crashes.one_at_a_time() ? 1 : jobs;
  }
}

int run(RunArguments& arguments) {
  // Until the sweep starts nothing is half done. A reader of the table that goes away (head) does
  // not end a sweep, nor change what comes of it; nor does a signal while the process ends, so that
  // this lives as long as the process.
  static ExitSignals& signals = *new ExitSignals(kStopped);
  std::signal(SIGPIPE, SIG_IGN);
  use_fast_kernels();
  return arguments.supervised && !arguments.dry_run ? run_supervised(arguments, signals)
                                                    : run_here(arguments, signals);
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a sweep; finished runs are skipped. Several of them on one output share the work");
  add_sweep_arguments(*command, arguments->sweep);
  command->add_flag("--dry-run", arguments->dry_run,
                    "Print runs, tokens and cache bytes without running anything");
  command
      ->add_option("--jobs", arguments->jobs,
                   "Samples run in parallel (default: cores / threads). Times are not measured "
                   "then; experiments that measure times run alone, after the others")
      ->check(whole_number(1, kMostThreads));
  command->add_flag("--fail-fast", arguments->sweep.options.fail_fast,
                    "Stop at the first run that fails");
  command
      ->add_option("--stall-timeout", arguments->stall_timeout,
                   "Fail a run if its sample makes no progress for this many seconds")
      ->check(whole_number(1, kLongestTimeout))
      ->capture_default_str();
  command->add_flag(
      "--supervised,!--not-supervised", arguments->supervised,
      "Run in a supervised child process, so that a policy that crashes fails only its "
      "own run (default: yes; disable it for debuggers)");
  command->add_option("--cell", arguments->sweep.options.cells,
                      "Run only the cell whose id starts with this; repeatable");
  command->callback([&action, arguments] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace multistate
