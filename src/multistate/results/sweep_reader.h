#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "multistate/results/cell_folder.h"
#include "multistate/results/lease.h"
#include "multistate/results/manifest.h"

namespace multistate {

/// A planned cell and its status.
struct CellStatus {
  ManifestCell cell;
  CellState state = CellState::kMissing;
  std::string message;  ///< Of error.json, for a cell that failed.
  int64_t samples = 0;  ///< Finished samples of a cell that is neither done nor failed.
};

/// A file that is not what its name and folder say.
struct Problem {
  std::filesystem::path path;
  std::string what;
};

/// A worker and the leases that it holds.
struct WorkerStatus {
  Lease session;            ///< Since when it takes part.
  std::vector<Lease> work;  ///< In the order of their names.
  bool ended = false;       ///< Its process has ended, as can be told on the same machine.
};

struct SweepStatus {
  Manifest manifest;
  std::vector<CellStatus> cells;       ///< In the order of the manifest.
  std::vector<Problem> problems;       ///< Torn or foreign files.
  std::vector<std::string> unplanned;  ///< Folders of cells that the manifest does not list (of an
                                       ///< earlier form of the sweep file).
  std::vector<WorkerStatus> workers;   ///< Those that take part now, by host and process.

  int64_t count(CellState state) const;

  /// Whether a worker takes part that is not known to have ended.
  bool is_running() const;
};

/// Throws InputError when `folder` is not that of a sweep.
SweepStatus read_sweep_status(const std::filesystem::path& folder);

}  // namespace multistate
