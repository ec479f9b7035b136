#include "multistate/results/sweep_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "multistate/base/file_error.h"
#include "multistate/results/partial_samples.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

void note_problem(const fs::path& result, const std::string& cell_id, SweepStatus& status) {
  if (!fs::exists(result)) {
    return;
  }
  const std::string problem = problem_with_result(result, cell_id);
  if (!problem.empty()) {
    status.problems.push_back({result, problem});
  }
}

CellStatus status_of(const fs::path& folder, const ManifestCell& cell) {
  const CellFolder files(folder / cell.folder, cell.id);
  CellStatus status = {cell, files.state(), "", 0};
  if (status.state == CellState::kFailed) {
    const auto error = files.error();
    const auto message =
        error.is_object() ? error.value("message", nlohmann::json()) : nlohmann::json();
    status.message = message.is_string() ? message.get<std::string>() : "error.json holds none";
  } else if (status.state == CellState::kPartial) {
    status.samples = static_cast<int64_t>(PartialSamples(files.path(), cell.id).read_new().size());
  }
  return status;
}

void add_lease(const Lease& lease, bool of_taking_part,
               std::map<std::string, WorkerStatus>& workers) {
  const auto [found, is_new] = workers.try_emplace(lease.worker);
  WorkerStatus& worker = found->second;
  if (is_new || of_taking_part) {
    worker.session = lease;
    worker.ended = has_ended(lease.process);
  }
  if (!of_taking_part) {
    worker.work.push_back(lease);
  }
}

/// Leases come and go while they are read; what cannot be read is a problem, and hides no other.
void add_workers(const fs::path& folder, SweepStatus& status) {
  std::map<std::string, WorkerStatus> workers;
  for (const std::string& name : lease_names(folder)) {
    const fs::path path = lease_path(folder, name);
    try {
      const auto text = read_lease(path);
      const auto lease = text ? lease_from_text(*text) : std::nullopt;
      if (lease) {
        add_lease(*lease, is_session(name), workers);
      } else if (text && !text->empty()) {
        status.problems.push_back({path, "is not a readable lease"});
      }
    } catch (const FileError& error) {
      status.problems.push_back({path, error.code().message()});
    }
  }
  for (auto& [name, worker] : workers) {
    status.workers.push_back(std::move(worker));
  }
}

}  // namespace

bool SweepStatus::is_running() const {
  return std::any_of(workers.begin(), workers.end(),
                     [](const WorkerStatus& worker) { return !worker.ended; });
}

int64_t SweepStatus::count(CellState state) const {
  return std::count_if(cells.begin(), cells.end(),
                       [state](const CellStatus& cell) { return cell.state == state; });
}

SweepStatus read_sweep_status(const fs::path& folder) {
  SweepStatus status;
  status.manifest = read_manifest(folder);
  add_workers(folder, status);
  std::set<std::string> planned;
  for (const ManifestCell& cell : status.manifest.cells) {
    planned.insert(cell.folder);
    note_problem(folder / cell.folder / kResultFile, cell.id, status);
    status.cells.push_back(status_of(folder, cell));
  }
  if (!fs::is_directory(folder / "cells")) {
    return status;
  }
  for (const auto& entry : fs::directory_iterator(folder / "cells")) {
    const std::string name = "cells/" + entry.path().filename().string();
    if (planned.count(name) == 0) {
      status.unplanned.push_back(name);
      note_problem(entry.path() / kResultFile, "", status);
    }
  }
  std::sort(status.unplanned.begin(), status.unplanned.end());
  return status;
}

}  // namespace multistate
