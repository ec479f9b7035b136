#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "multistate/sweep/slurm_options.h"

namespace multistate {

/// What a batch script is made of, beside the options.
struct SlurmJob {
  std::string name;                         ///< Of the sweep.
  std::filesystem::path folder;             ///< For logs; absolute.
  std::filesystem::path working_directory;  ///< Where relative paths of the sweep begin.
  std::vector<std::string> command;         ///< Program and arguments of a worker.
};

/// Tasks of the job array where the options do not say: as many as run at once, but no more than
/// there are `samples` to run.
int64_t task_count(const SlurmOptions& options, int64_t samples);

/// "1-16%4".
std::string array_text(int64_t tasks, int64_t at_once);

/// The script (bash) of a job array whose tasks are workers of one sweep. A task that Slurm tells
/// to stop, since its time is nearly up, passes that on to its worker, and is requeued if there is
/// work left (exit code 75). One that is cancelled, which Slurm tells by SIGTERM, is not; one that
/// is preempted, or whose node fails, Slurm requeues itself.
std::string slurm_script(const SlurmOptions& options, const SlurmJob& job, int64_t tasks);

}  // namespace multistate
