#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "multistate/sweep/runner.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// What `run` and `submit` have in common: which sweep, and how a worker runs it.
struct SweepArguments {
  std::string file;
  std::vector<std::string> overrides;
  std::vector<std::string> plugins;
  std::optional<int64_t> limit;
  int64_t lease_timeout = kLeaseTimeout.count();
  RunOptions options;
};

void add_sweep_arguments(CLI::App& command, SweepArguments& arguments);

/// Loads the plug-ins and reads the sweep file with its overrides; `options.config` holds it
/// afterwards. Logs warnings as warn_of_inputs() does. Throws InputError.
SweepPlan plan_of(SweepArguments& arguments);

/// Logs each warning once: parts of the data that were ignored or changed, and settings that a
/// model file does not state.
void warn_of_inputs(const SweepPlan& plan);

/// The arguments of `multistate run` that make a worker run the same sweep in the same way; `file`
/// stands for the sweep file.
std::vector<std::string> run_words(const SweepArguments& arguments, const std::string& file);

}  // namespace multistate
