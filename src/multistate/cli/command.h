#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace multistate {

/// A subcommand's work, run after the whole command line has been parsed. Returns the exit code.
using Action = std::function<int()>;

/// Each adds a subcommand to the program (those of a judge two); when the user names it, `action`
/// is set.
void add_run_command(CLI::App& app, Action& action);
void add_recommend_command(CLI::App& app, Action& action);
void add_submit_command(CLI::App& app, Action& action);
void add_status_command(CLI::App& app, Action& action);
void add_aggregate_command(CLI::App& app, Action& action);
void add_judge_commands(CLI::App& app, Action& action);
void add_policies_command(CLI::App& app, Action& action);
void add_check_policy_command(CLI::App& app, Action& action);
void add_experiments_command(CLI::App& app, Action& action);
void add_inspect_command(CLI::App& app, Action& action);
void add_generate_command(CLI::App& app, Action& action);
void add_calibrate_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_tokenize_command(CLI::App& app, Action& action);
void add_new_policy_command(CLI::App& app, Action& action);

/// The words of the command line, quoted where a shell would need it; for the results.
const std::string& command_line();

/// For commands that run a model, before they have done anything: use_better_blas_kernels() with
/// the command line.
void use_fast_kernels();

}  // namespace multistate
