#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/text.h"
#include "multistate/base/thread_limit.h"
#include "multistate/cli/command.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/config/override.h"
#include "multistate/experiment/data_notes.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/signals.h"
#include "multistate/sweep/summary_table.h"
#include "multistate/sweep/sweep_spec.h"
#include "multistate/sweep/verdict_lines.h"

namespace multistate {
namespace {

constexpr int kStopped = 75;
constexpr int64_t kLongestLeaseTimeout = 86'400;

template <class... Values>
void say_as(fmt::format_string<Values...> format, Values&&... values) {
  say(fmt::format(format, std::forward<Values>(values)...));
}

struct RunArguments {
  std::string file;
  std::vector<std::string> overrides;
  std::vector<std::string> plugins;
  bool dry_run = false;
  std::optional<int64_t> limit;
  std::optional<int64_t> jobs;
  int64_t lease_timeout = kLeaseTimeout.count();
  RunOptions options;
};

Node read_with_overrides(const RunArguments& arguments) {
  Node file = read_yaml(arguments.file);
  for (const std::string& argument : arguments.overrides) {
    apply_override(file, parse_override(argument), sweep_file_keys());
  }
  return file;
}

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

/// Says once what was left out of the data, or changed in them, and what is doubtful of a model.
void warn_of_inputs(const SweepPlan& plan) {
  std::set<std::string> said = {""};
  for (const PlannedCell& cell : plan.cells) {
    auto notes = data_notes(cell.workload->data_report());
    notes.push_back(cell.model->file().warning());
    for (const std::string& note : notes) {
      if (said.insert(note).second) {
        log_warning(note);
      }
    }
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

int run(const RunArguments& arguments) {
  // Until the sweep starts nothing is half done. A reader of the table that goes away (head) does
  // not end a sweep, nor change what comes of it.
  ExitSignals signals(kStopped);
  std::signal(SIGPIPE, SIG_IGN);
  use_fast_kernels();
  load_plugins(arguments.plugins);
  const Node file = read_with_overrides(arguments);
  const SweepPlan plan = plan_sweep(read_sweep(file), arguments.limit);
  warn_of_inputs(plan);
  if (arguments.dry_run) {
    fmt::print("{}{}", plan_table(plan), power_line(plan));
    return 0;
  }
  RunOptions options = arguments.options;
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  options.jobs = arguments.jobs.value_or(std::max<int64_t>(1, cores / options.threads));
  const int64_t working = options.jobs * options.threads;
  // And one that renews the leases.
  require_threads(working < kMostThreads ? working + 1 : working, "--jobs, --threads");
  options.lease_timeout = std::chrono::seconds(arguments.lease_timeout);
  options.command = command_line();
  options.config = file.to_json();
  say_as("{}", power_line(plan));
  const RunOutcome outcome = run_kept(plan, options);
  signals.use_code(outcome.exit_code());
  print_outcome(plan, outcome);
  return outcome.exit_code();
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a sweep; finished runs are skipped. Several of them on one output share the work");
  command->add_option("file", arguments->file, "Sweep file (YAML)")->required();
  command->add_option("overrides", arguments->overrides,
                      "key=value, key=a,b (several values), key=range(64,513,64), ~key (drop)");
  add_plugin_option(*command, arguments->plugins);
  command->add_flag("--dry-run", arguments->dry_run,
                    "Print runs, tokens and cache bytes without running anything");
  command
      ->add_option("--limit", arguments->limit,
                   "Evaluate at most N samples per run (quick look); marked in the results")
      ->check(whole_number(1));
  command
      ->add_option("--jobs", arguments->jobs,
                   "Samples run in parallel (default: cores / threads). Times are not measured "
                   "then; experiments that measure times run alone, after the others")
      ->check(whole_number(1, kMostThreads));
  command
      ->add_option("--threads", arguments->options.threads,
                   "Threads per sample, for a few long samples")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command->add_flag(
      "--sharing,!--no-sharing", arguments->options.sharing,
      "Compute the common prefix of a sample, up to the first eviction, once for all runs "
      "(default: yes)");
  command->add_flag("--fail-fast", arguments->options.fail_fast,
                    "Stop at the first run that fails");
  command->add_flag("--retry-failed,!--no-retry-failed", arguments->options.retry_failed,
                    "Retry runs that failed earlier (default: yes)");
  command
      ->add_option("--lease-timeout", arguments->lease_timeout,
                   "Seconds after which the work of a worker on another machine that shows no sign "
                   "of life is taken over; the same for all workers")
      ->check(whole_number(1, kLongestLeaseTimeout))
      ->capture_default_str();
  command->add_option("--cell", arguments->options.cells,
                      "Run only the cell whose id starts with this; repeatable");
  command->callback([&action, arguments] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace multistate
