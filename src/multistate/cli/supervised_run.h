#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <CLI/CLI.hpp>

#include "multistate/sweep/runner.h"
#include "multistate/sweep/signals.h"

namespace multistate {

/// How a command that runs sweeps runs them.
struct Supervision {
  bool on = true;               ///< In a child process.
  int64_t stall_timeout = 600;  ///< Seconds.
  std::optional<int64_t> jobs;  ///< None: as many as the cores allow.
};

/// --jobs, --stall-timeout and --supervised.
void add_supervision_options(CLI::App& command, Supervision& supervision);

/// Sets options.jobs. Throws InputError when this machine cannot run so many threads.
void settle_jobs(const Supervision& supervision, RunOptions& options);

/// Does `work`, which runs sweeps with `options`, in a process of its own, and again whenever that
/// one dies: without the cell that it died of, which is then in `options.crashed`; finished samples
/// are kept. Returns the exit code. The signals that `work` gets end the process until a sweep
/// starts; it tells them the exit code when it has one. One a program, before its first thread.
int run_supervised(Supervision& supervision, RunOptions& options,
                   const std::function<int(ExitSignals&)>& work);

/// run_sweep(); a file that cannot be written is an InputError that says what is kept.
RunOutcome run_kept(const SweepPlan& plan, const RunOptions& options);

}  // namespace multistate
