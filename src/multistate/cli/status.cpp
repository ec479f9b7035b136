#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "multistate/base/json_layout.h"
#include "multistate/base/printable.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/terminal.h"
#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/results/sweep_reader.h"
#include "multistate/sweep/signals.h"
#include "multistate/sweep/slurm_queue.h"

namespace multistate {
namespace {

nlohmann::json to_json(const WorkerStatus& worker) {
  const Lease& session = worker.session;
  auto work = nlohmann::json::array();
  for (const Lease& lease : worker.work) {
    work.push_back({{"what", lease.what}, {"since", lease.start}});
  }
  return {{"host", session.host},
          {"process", session.process.number},
          {"job", session.job ? nlohmann::json(*session.job) : nlohmann::json()},
          {"since", session.start},
          {"ended", worker.ended},
          {"work", work}};
}

nlohmann::json to_json(const SlurmTask& task) {
  return {{"job", task.job},
          {"state", task.state},
          {"nodes", task.nodes},
          {"since", task.since},
          {"reason", task.reason}};
}

nlohmann::json to_json(const SweepStatus& status, const std::vector<SlurmTask>& slurm) {
  auto cells = nlohmann::json::array();
  for (const CellStatus& each : status.cells) {
    nlohmann::json cell = {{"id", each.cell.id},
                           {"folder", each.cell.folder},
                           {"parameters", each.cell.parameters},
                           {"state", to_string(each.state)}};
    if (each.state == CellState::kFailed) {
      cell["message"] = each.message;
    } else if (each.state == CellState::kPartial) {
      cell["samples"] = each.samples;
    }
    cells.push_back(cell);
  }
  auto workers = nlohmann::json::array();
  for (const WorkerStatus& worker : status.workers) {
    workers.push_back(to_json(worker));
  }
  auto problems = nlohmann::json::array();
  for (const Problem& problem : status.problems) {
    problems.push_back({{"path", problem.path.string()}, {"what", problem.what}});
  }
  auto tasks = nlohmann::json::array();
  for (const SlurmTask& task : slurm) {
    tasks.push_back(to_json(task));
  }
  return {{"name", status.manifest.name},
          {"cells", cells},
          {"counts",
           {{"planned", status.cells.size()},
            {"done", status.count(CellState::kDone)},
            {"failed", status.count(CellState::kFailed)},
            {"partial", status.count(CellState::kPartial)},
            {"missing", status.count(CellState::kMissing)}}},
          {"workers", workers},
          {"slurm", tasks},
          {"problems", problems},
          {"unplanned", status.unplanned}};
}

std::string counts_line(const SweepStatus& status) {
  return fmt::format("{} of {} planned cells done, {} failed, {} partial, {} missing\n",
                     status.count(CellState::kDone), status.cells.size(),
                     status.count(CellState::kFailed), status.count(CellState::kPartial),
                     status.count(CellState::kMissing));
}

/// "process 12 on node3 (slurm 7_3), since ...", and a line for each thing that it works on.
void print_worker(const WorkerStatus& worker) {
  const Lease& session = worker.session;
  const std::string job = session.job ? fmt::format(" ({})", printable(*session.job)) : "";
  fmt::print("worker: process {} on {}{}, since {}{}\n", session.process.number,
             printable(session.host), job, printable(session.start),
             worker.ended ? ": has ended; the next run takes over" : "");
  for (const Lease& lease : worker.work) {
    fmt::print("  {}, since {}\n", printable(lease.what), printable(lease.start));
  }
}

void print_task(const SlurmTask& task) {
  const auto part = [](const char* before, const std::string& text) {
    return text.empty() ? "" : before + printable(text);
  };
  fmt::print("slurm {}: {}{}{}{}\n", printable(task.job), printable(task.state),
             part(" on ", task.nodes), part(", since ", task.since),
             part(", waits: ", task.reason));
}

void print_text(const SweepStatus& status, const std::vector<SlurmTask>& slurm) {
  std::vector<std::vector<std::string>> rows = {{"cell", "state", ""}};
  for (const CellStatus& cell : status.cells) {
    const std::string note =
        cell.state == CellState::kPartial ? fmt::format("{} samples", cell.samples) : cell.message;
    rows.push_back({printable(cell.cell.folder.substr(cell.cell.folder.rfind('/') + 1)),
                    to_string(cell.state), printable(note)});
  }
  fmt::print("{}", format_table(rows));
  fmt::print("{}", counts_line(status));
  for (const WorkerStatus& worker : status.workers) {
    print_worker(worker);
  }
  for (const SlurmTask& task : slurm) {
    print_task(task);
  }
  for (const Problem& problem : status.problems) {
    fmt::print("problem: {}: {}\n", printable(problem.path.string()), printable(problem.what));
  }
  for (const std::string& folder : status.unplanned) {
    fmt::print("not part of this sweep: {}\n", printable(folder));
  }
}

struct WholeStatus {
  SweepStatus sweep;
  std::vector<SlurmTask> slurm;
};

/// A worker of a task that Slurm has ended, or that waits to be run again, has ended on whatever
/// machine it was.
WholeStatus read_status(const std::string& folder) {
  WholeStatus status = {read_sweep_status(folder), slurm_tasks(folder)};
  for (WorkerStatus& worker : status.sweep.workers) {
    worker.ended = worker.ended || has_ended(worker.session.job.value_or(""), status.slurm);
  }
  return status;
}

int show(const std::string& folder, bool json) {
  const WholeStatus status = read_status(folder);
  if (json) {
    fmt::print("{}", json_page(to_json(status.sweep, status.slurm)));
  } else {
    print_text(status.sweep, status.slurm);
  }
  return status.sweep.count(CellState::kFailed) > 0 ? 1 : 0;
}

/// Nothing is left to be done, and nobody is trying again what failed.
bool is_over(const SweepStatus& status) {
  const bool tries_again = status.is_running() && status.count(CellState::kFailed) > 0;
  return !tries_again && status.count(CellState::kPartial) == 0 &&
         status.count(CellState::kMissing) == 0;
}

/// A second, or less when a signal asks to stop.
void wait_a_moment() {
  for (int i = 0; i < 10 && !stop_requested(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

/// Until the sweep is over or a signal comes: the whole, drawn again, on a terminal; else a line
/// whenever the counts change.
int watch(const std::string& folder) {
  const StopSignals signals;
  const bool draws = is_terminal(STDOUT_FILENO);
  std::string shown;
  while (true) {
    const auto [status, slurm] = read_status(folder);
    if (draws) {
      fmt::print("\033[H\033[2J");
      print_text(status, slurm);
    } else if (counts_line(status) != shown) {
      shown = counts_line(status);
      fmt::print("{}", shown);
    }
    flush_standard_output();
    if (is_over(status) || stop_requested()) {
      return status.count(CellState::kFailed) > 0 ? 1 : 0;
    }
    wait_a_moment();
  }
}

}  // namespace

void add_status_command(CLI::App& app, Action& action) {
  auto folder = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto watched = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("status", "Show the progress of a sweep");
  command->add_option("folder", *folder, "The sweep's output folder")->required();
  CLI::Option* as_json = command->add_flag("--json", *json, "As JSON");
  command->add_flag("--watch", *watched, "Refresh until the sweep is finished")->excludes(as_json);
  command->callback([&action, folder, json, watched] {
    action = [folder, json, watched] { return *watched ? watch(*folder) : show(*folder, *json); };
  });
}

}  // namespace multistate
