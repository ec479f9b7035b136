#include "multistate/results/sweep_reader.h"

#include <algorithm>
#include <set>

#include "multistate/results/output_lock.h"

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
    status.samples = static_cast<int64_t>(files.partial_samples().size());
  }
  return status;
}

}  // namespace

int64_t SweepStatus::count(CellState state) const {
  return std::count_if(cells.begin(), cells.end(),
                       [state](const CellStatus& cell) { return cell.state == state; });
}

SweepStatus read_sweep_status(const fs::path& folder) {
  SweepStatus status;
  status.manifest = read_manifest(folder);
  status.runner = OutputLock::holder(folder);
  std::set<std::string> planned;
  for (const ManifestCell& cell : status.manifest.cells) {
    planned.insert(cell.folder);
    note_problem(folder / cell.folder / "result.json", cell.id, status);
    status.cells.push_back(status_of(folder, cell));
  }
  if (!fs::is_directory(folder / "cells")) {
    return status;
  }
  for (const auto& entry : fs::directory_iterator(folder / "cells")) {
    const std::string name = "cells/" + entry.path().filename().string();
    if (planned.count(name) == 0) {
      status.unplanned.push_back(name);
      note_problem(entry.path() / "result.json", "", status);
    }
  }
  std::sort(status.unplanned.begin(), status.unplanned.end());
  return status;
}

}  // namespace multistate
