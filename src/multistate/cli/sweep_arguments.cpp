#include "multistate/cli/sweep_arguments.h"

#include <chrono>
#include <filesystem>
#include <set>

#include "multistate/base/log.h"
#include "multistate/base/thread_limit.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/config/override.h"
#include "multistate/experiment/data_notes.h"
#include "multistate/sweep/sweep_spec.h"

namespace multistate {
namespace {

Node read_with_overrides(const SweepArguments& arguments) {
  Node file = read_yaml(arguments.file);
  for (const std::string& argument : arguments.overrides) {
    apply_override(file, parse_override(argument), sweep_file_keys());
  }
  return file;
}

}  // namespace

void warn_of_inputs(const SweepPlan& plan) {
  std::set<std::string> said = {""};
  std::set<const Workload*> seen;  // Each was made for one model.
  for (const PlannedCell& cell : plan.cells) {
    if (!seen.insert(cell.workload.get()).second) {
      continue;
    }
    auto notes = data_notes(cell.workload->data_report());
    notes.push_back(cell.model->file().warning());
    for (const std::string& note : notes) {
      if (said.insert(note).second) {
        log_warning(note);
      }
    }
  }
}

void add_sweep_arguments(CLI::App& command, SweepArguments& arguments) {
  command.add_option("file", arguments.file, "Sweep file (YAML)")->required();
  command.add_option("overrides", arguments.overrides,
                     "key=value, key=a,b (several values), key=range(64,513,64), ~key (drop)");
  add_plugin_option(command, arguments.plugins);
  command
      .add_option("--limit", arguments.limit,
                  "Evaluate at most N samples per run (quick look); marked in the results")
      ->check(whole_number(1));
  command
      .add_option("--threads", arguments.options.threads,
                  "Threads per sample, for a few long samples")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command.add_flag(
      "--sharing,!--no-sharing", arguments.options.sharing,
      "Compute the common prefix of a sample, up to the first eviction, once for all runs "
      "(default: yes)");
  command.add_flag("--retry-failed,!--no-retry-failed", arguments.options.retry_failed,
                   "Retry runs that failed earlier (default: yes)");
  command
      .add_option("--lease-timeout", arguments.lease_timeout,
                  "Seconds after which the work of a worker on another machine that shows no sign "
                  "of life is taken over; the same for all workers")
      ->check(whole_number(1, kLongestTimeout))
      ->capture_default_str();
}

SweepPlan plan_of(SweepArguments& arguments) {
  load_plugins(arguments.plugins);
  const Node file = read_with_overrides(arguments);
  SweepPlan plan = plan_sweep(read_sweep(file), arguments.limit);
  warn_of_inputs(plan);
  arguments.options.lease_timeout = std::chrono::seconds(arguments.lease_timeout);
  arguments.options.config = file.to_json();
  return plan;
}

std::vector<std::string> run_words(const SweepArguments& arguments, const std::string& file) {
  std::vector<std::string> words = {"run", file};
  const RunOptions& options = arguments.options;
  const auto add = [&](const std::string& option, const std::string& value) {
    words.insert(words.end(), {option, value});
  };
  for (const std::string& plugin : arguments.plugins) {
    add("--plugin", plugin);
  }
  if (arguments.limit) {
    add("--limit", std::to_string(*arguments.limit));
  }
  if (options.threads != 1) {
    add("--threads", std::to_string(options.threads));
  }
  if (arguments.lease_timeout != kLeaseTimeout.count()) {
    add("--lease-timeout", std::to_string(arguments.lease_timeout));
  }
  words.emplace_back(options.sharing ? "--sharing" : "--no-sharing");
  words.emplace_back(options.retry_failed ? "--retry-failed" : "--no-retry-failed");
  words.insert(words.end(), arguments.overrides.begin(), arguments.overrides.end());
  return words;
}

}  // namespace multistate
