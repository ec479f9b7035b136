#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// A task of a job array, or several that wait, as Slurm shows them.
struct SlurmTask {
  std::string job;    ///< "12_3"; "12_[4-10%2]" for tasks that wait.
  std::string state;  ///< In Slurm's words: "RUNNING".
  std::string nodes;
  std::string since;   ///< When it started, UTC; empty for what has not.
  std::string reason;  ///< Why it waits; empty where there is none, and for what has ended.
};

/// The lines of `squeue --format=%i|%T|%N|%S|%r` and of
/// `sacct --parsable2 --format=JobID,State,NodeList,Start`. Lines that are none are passed over.
std::vector<SlurmTask> tasks_of_squeue(std::string_view text);
std::vector<SlurmTask> tasks_of_sacct(std::string_view text);

/// What Slurm says of all tasks that `multistate submit` has submitted for a sweep: those that wait
/// or run (squeue), and those that have ended where the cluster keeps accounts (sacct). Nothing
/// where none was submitted, Slurm's commands are not there, or they do not answer in time.
std::vector<SlurmTask> slurm_tasks(const std::filesystem::path& output);

/// Whether the process of a job ("slurm 12_3", see Lease) must have ended: `tasks` names the task,
/// and it neither runs nor is being started or ended.
bool has_ended(const std::string& job, const std::vector<SlurmTask>& tasks);

}  // namespace multistate
