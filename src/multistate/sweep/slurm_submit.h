#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace multistate {

/// Where a submission lies: `<output>/slurm/<n>`, with the script ("batch.sh"), the copy of the
/// sweep file that its tasks run ("sweep.yaml"), the ids of its jobs ("jobs.json") and their logs.
/// The next one has the first number that is free; it is claimed by being made. Throws InputError
/// when somebody else has made it since.
std::filesystem::path next_submission_folder(const std::filesystem::path& output);
void claim_submission_folder(const std::filesystem::path& folder);

/// Sizes of the arrays that `tasks` are cut into where the cluster's MaxArraySize, the first index
/// that is too large, allows no single one.
std::vector<int64_t> array_sizes(int64_t tasks, int64_t max_array_size);

/// The MaxArraySize of the cluster. Throws InputError when Slurm's commands are not there or do not
/// answer, and when the cluster has no job arrays.
int64_t max_array_size();

/// Submits `folder`/batch.sh as job arrays of `tasks` in all, `at_once` at a time: an array begins
/// when the one before it has ended. Returns their ids, which are in `folder`/jobs.json as soon as
/// there are any. Throws InputError with what sbatch says, and with the ids of arrays that were
/// submitted before.
std::vector<std::string> submit_arrays(const std::filesystem::path& folder, int64_t tasks,
                                       int64_t at_once, int64_t max_size);

/// Ids of all jobs that were submitted for a sweep. What is in the way of reading them is an
/// InputError.
std::vector<std::string> submitted_jobs(const std::filesystem::path& output);

}  // namespace multistate
