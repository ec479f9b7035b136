#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/standard_streams.h"
#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/cli/supervised_run.h"
#include "multistate/cli/sweep_arguments.h"
#include "multistate/sweep/runner.h"
#include "multistate/sweep/signals.h"
#include "multistate/sweep/summary_table.h"
#include "multistate/sweep/verdict_lines.h"

namespace multistate {
namespace {

template <class... Values>
void say_as(fmt::format_string<Values...> format, Values&&... values) {
  say(fmt::format(format, std::forward<Values>(values)...));
}

struct RunArguments {
  SweepArguments sweep;
  bool dry_run = false;
  Supervision supervision;
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

int run_here(RunArguments& arguments, ExitSignals& signals) {
  const SweepPlan plan = plan_of(arguments.sweep);
  if (arguments.dry_run) {
    fmt::print("{}{}", plan_table(plan), power_line(plan));
    return 0;
  }
  RunOptions& options = arguments.sweep.options;
  settle_jobs(arguments.supervision, options);
  options.command = command_line();
  if (options.crashed.empty()) {
    say_as("{}", power_line(plan));
  }
  const RunOutcome outcome = run_kept(plan, options);
  signals.use_code(outcome.exit_code());
  print_outcome(plan, outcome);
  return outcome.exit_code();
}

int run(RunArguments& arguments) {
  use_fast_kernels();
  arguments.supervision.on = arguments.supervision.on && !arguments.dry_run;
  return run_supervised(arguments.supervision, arguments.sweep.options,
                        [&](ExitSignals& signals) { return run_here(arguments, signals); });
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
  command->add_flag("--fail-fast", arguments->sweep.options.fail_fast,
                    "Stop at the first run that fails");
  add_supervision_options(*command, arguments->supervision);
  command->add_option("--cell", arguments->sweep.options.cells,
                      "Run only the cell whose id starts with this; repeatable");
  command->callback([&action, arguments] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace multistate
