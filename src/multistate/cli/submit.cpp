#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/cli/sweep_arguments.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/join_sweep.h"
#include "multistate/sweep/slurm_script.h"
#include "multistate/sweep/slurm_submit.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

struct SubmitArguments {
  SweepArguments sweep;
  bool print = false;
};

/// Samples of the cells without a result.
int64_t samples_left(const SweepPlan& plan) {
  int64_t samples = 0;
  for (const PlannedCell& cell : plan.cells) {
    const CellFolder folder(plan.spec.output / "cells" / cell.folder(), cell.id);
    samples += folder.is_done() ? 0 : cell.samples;
  }
  return samples;
}

std::string script_for(const SweepPlan& plan, const SweepArguments& arguments,
                       const fs::path& folder, int64_t tasks) {
  const SlurmOptions& slurm = plan.spec.slurm;
  SlurmJob job;
  job.name = plan.spec.name;
  job.folder = fs::absolute(folder).lexically_normal();
  job.working_directory = fs::current_path();
  job.command = run_words(arguments, (folder / "sweep.yaml").string());
  const int64_t jobs = std::max<int64_t>(1, slurm.cpus_per_task / arguments.options.threads);
  job.command.insert(job.command.begin() + 2, {"--jobs", std::to_string(jobs)});
  job.command.insert(job.command.begin(), fs::read_symlink("/proc/self/exe").string());
  return slurm_script(slurm, job, tasks);
}

/// Writes the manifest as every worker would. Throws InputError where others run another plan.
void write_sweep(const SweepPlan& plan, const SweepArguments& arguments) {
  Worker worker(plan.spec.output, arguments.options.lease_timeout);
  join_sweep(plan, command_line(), arguments.options.config, worker);
  worker.leave();
}

void print_submitted(const SweepPlan& plan, const std::vector<std::string>& jobs, int64_t tasks,
                     const fs::path& folder) {
  const std::string output = plan.spec.output.string();
  fmt::print("{}\n", join(jobs, "\n"));
  say(fmt::format("submitted: {} task{}, job{} {}\n", tasks, tasks == 1 ? "" : "s",
                  jobs.size() == 1 ? "" : "s", join(jobs)));
  say(fmt::format("  squeue --jobs={}\n  multistate status {} --watch\n  logs: {}\n",
                  join(jobs, ","), output, folder.string()));
}

int submit(SubmitArguments& arguments) {
  const SweepPlan plan = plan_of(arguments.sweep);
  const SlurmOptions& slurm = plan.spec.slurm;
  if (arguments.sweep.options.threads > slurm.cpus_per_task) {
    throw InputError(
        fmt::format("--threads: {} threads per sample; a task has {} (cpus_per_task of "
                    "slurm)",
                    arguments.sweep.options.threads, slurm.cpus_per_task));
  }
  const int64_t samples = samples_left(plan);
  if (samples == 0) {
    say("All runs are done; nothing was submitted.\n");
    return 0;
  }
  const int64_t tasks = task_count(slurm, samples);
  const fs::path folder = next_submission_folder(plan.spec.output);
  const std::string script = script_for(plan, arguments.sweep, folder, tasks);
  if (arguments.print) {
    fmt::print("{}", script);
    return 0;
  }
  const int64_t largest = max_array_size();
  const std::string sweep_file = read_file(arguments.sweep.file);
  write_sweep(plan, arguments.sweep);
  claim_submission_folder(folder);
  write_atomically(folder / "sweep.yaml", sweep_file);
  write_atomically(folder / "batch.sh", script);
  const auto jobs = submit_arrays(folder, tasks, slurm.array_parallelism, largest);
  print_submitted(plan, jobs, tasks, folder);
  return 0;
}

}  // namespace

void add_submit_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<SubmitArguments>();
  CLI::App* command = app.add_subcommand(
      "submit",
      "Submit a sweep to Slurm as a job array whose tasks share the work. Job options are the keys "
      "slurm.* of the sweep file");
  add_sweep_arguments(*command, arguments->sweep);
  command->add_flag("--print", arguments->print, "Print the batch script without submitting it");
  command->callback([&action, arguments] { action = [arguments] { return submit(*arguments); }; });
}

}  // namespace multistate
