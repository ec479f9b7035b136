#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "multistate/base/supervisor.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/crashes.h"
#include "multistate/sweep/earlier_results.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

struct RunOptions {
  int64_t jobs = 1;          ///< Samples that run in parallel; see run_sweep().
  int64_t threads = 1;       ///< Threads inside an operation, for each of them.
  bool sharing = true;       ///< Compute the common prefix of a sample once; see SharedPrefix.
  bool fail_fast = false;    ///< Stop at the first cell that fails.
  bool retry_failed = true;  ///< Run cells again that failed in an earlier run.
  std::chrono::milliseconds lease_timeout = kLeaseTimeout;  ///< See Worker.
  Supervisor* supervisor = nullptr;                         ///< Of this process, if there is one.
  std::vector<CrashedCell> crashed;                         ///< Fail without being run.
  std::vector<std::string> cells;  ///< Beginnings of ids; empty: all cells.
  std::string command;             ///< The command line, for the results.
  nlohmann::json config;           ///< The sweep file with its overrides, for the results.
};

struct RunOutcome {
  int64_t done = 0;        ///< Cells with a result, those of earlier runs included.
  int64_t ran = 0;         ///< Cells that were done, or failed, by this run.
  int64_t elsewhere = 0;   ///< Cells that were done, or failed, by other workers meanwhile.
  EarlierResults earlier;  ///< Cells that were done before.
  int64_t failed = 0;
  int64_t missing = 0;  ///< Neither: the run was stopped, or the cell was not selected.
  bool stopped = false;
  int64_t tokens = 0;           ///< Of the samples that this run has finished.
  int64_t computed_tokens = 0;  ///< Those the model has run for them.

  int exit_code() const;
};

/// Runs what is missing of a sweep, together with any number of others that do the same in this or
/// other processes, on this or other machines: each is a Worker. Results lie in spec.output
/// afterwards; whatever was finished before a crash or a stop is there as well and is not run
/// again.
///
/// Work is cut into (cell, sample) pairs, or groups of samples where a workload runs them together;
/// `jobs` threads claim and run them in the order of WorkQueue. Cells of exclusive experiments,
/// which measure times, run after all others and one sample at a time on a machine. When all that
/// is left is being run by others, this waits for them, and goes on where one of them ends too
/// early. Metrics do not depend on `jobs` and on who has run what, but for those times.
///
/// The first SIGINT, SIGTERM, SIGHUP or SIGUSR1 asks to stop (see StopSignals): samples that end
/// within two seconds are kept, others are dropped between two of their parts.
///
/// Throws InputError when the folder holds another sweep, or others run another plan there (see
/// write_manifest()), and FileError when a file of the results cannot be written, or the folder was
/// removed meanwhile: samples that were finished before are on the disk, and the next run goes on
/// with them.
RunOutcome run_sweep(const SweepPlan& plan, const RunOptions& options);

}  // namespace multistate
