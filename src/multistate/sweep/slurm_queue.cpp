#include "multistate/sweep/slurm_queue.h"

#include <algorithm>
#include <sstream>

#include "multistate/base/process.h"
#include "multistate/base/text.h"
#include "multistate/sweep/slurm_submit.h"

namespace multistate {
namespace {

constexpr const char* kLongestAnswer = "20";  // Seconds.

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream parts(line);
  for (std::string field; std::getline(parts, field, '|');) {
    fields.push_back(field);
  }
  return fields;
}

/// A field, but for Slurm's ways to say that there is nothing.
std::string field_at(const std::vector<std::string>& fields, size_t index) {
  static const std::vector<std::string> nothing = {"None", "N/A", "None assigned", "Unknown"};
  const std::string text = index < fields.size() ? fields[index] : "";
  return std::find(nothing.begin(), nothing.end(), text) == nothing.end() ? text : "";
}

/// Of lines "job|state|nodes|start|reason".
std::vector<SlurmTask> tasks_of(std::string_view text) {
  constexpr size_t kLeast = 2;
  std::vector<SlurmTask> tasks;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const auto fields = fields_of(line);
    if (fields.size() < kLeast || fields[0].empty()) {
      continue;
    }
    SlurmTask task = {fields[0], fields[1], field_at(fields, 2), field_at(fields, 3),
                      field_at(fields, 4)};
    if (task.state == "PENDING") {
      task.since.clear();  // When it may start.
    } else if (!task.since.empty()) {
      task.since += 'Z';
    }
    tasks.push_back(task);
  }
  return tasks;
}

/// What a command prints, with times in UTC; nothing when it is not there, fails (sacct without
/// accounts, squeue of jobs that are long over) or does not answer.
std::string ask(const std::string& name, const std::vector<std::string>& words) {
  const auto env = find_program("env");
  if (!env || !find_program("timeout") || !find_program(name)) {
    return "";
  }
  std::vector<std::string> all = {"TZ=UTC0", "timeout", kLongestAnswer, name};
  all.insert(all.end(), words.begin(), words.end());
  const ProcessResult result = run_process(*env, all);
  return result.failure.empty() ? result.output : "";
}

}  // namespace

std::vector<SlurmTask> tasks_of_squeue(std::string_view text) {
  return tasks_of(text);
}

std::vector<SlurmTask> tasks_of_sacct(std::string_view text) {
  auto tasks = tasks_of(text);
  for (SlurmTask& task : tasks) {
    task.state = task.state.substr(0, task.state.find(' '));  // "CANCELLED by 0".
  }
  return tasks;
}

std::vector<SlurmTask> slurm_tasks(const std::filesystem::path& output) {
  const auto jobs = submitted_jobs(output);
  if (jobs.empty()) {
    return {};
  }
  const std::string list = "--jobs=" + join(jobs, ",");
  auto tasks = tasks_of_squeue(ask("squeue", {"--noheader", "--format=%i|%T|%N|%S|%r", list}));
  const auto waits_or_runs = tasks;
  for (SlurmTask& task :
       tasks_of_sacct(ask("sacct", {"--noheader", "--allocations", "--parsable2",
                                    "--format=JobID,State,NodeList,Start", list}))) {
    const bool is_there =
        std::any_of(waits_or_runs.begin(), waits_or_runs.end(),
                    [&](const SlurmTask& other) { return other.job == task.job; });
    const bool is_over = task.state != "PENDING" && task.state != "RUNNING";
    if (!is_there && is_over) {
      tasks.push_back(std::move(task));
    }
  }
  return tasks;
}

bool has_ended(const std::string& job, const std::vector<SlurmTask>& tasks) {
  static const std::vector<std::string> alive = {"RUNNING",   "COMPLETING", "CONFIGURING",
                                                 "SUSPENDED", "STOPPED",    "SIGNALING",
                                                 "STAGE_OUT", "RESIZING"};
  const auto is_named = [&](const SlurmTask& task) { return "slurm " + task.job == job; };
  const auto task = std::find_if(tasks.begin(), tasks.end(), is_named);
  return task != tasks.end() && std::find(alive.begin(), alive.end(), task->state) == alive.end();
}

}  // namespace multistate
