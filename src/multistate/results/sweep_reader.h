#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/cell_folder.h"
#include "multistate/results/manifest.h"

namespace multistate {

/// A planned cell and what is there of it.
struct CellStatus {
  ManifestCell cell;
  CellState state = CellState::kMissing;
  std::string message;  ///< Of error.json, for a cell that failed.
  int64_t samples = 0;  ///< Finished samples of a cell that is neither done nor failed.
};

/// A file that is not what its place says.
struct Problem {
  std::filesystem::path path;
  std::string what;
};

struct SweepStatus {
  Manifest manifest;
  std::vector<CellStatus> cells;       ///< In the order of the manifest.
  std::vector<Problem> problems;       ///< Torn or foreign files.
  std::vector<std::string> unplanned;  ///< Folders of cells that the manifest does not list (of an
                                       ///< earlier form of the sweep file).
  std::optional<std::string> runner;   ///< Who runs the sweep now.

  int64_t count(CellState state) const;
};

/// Throws InputError when `folder` is not that of a sweep.
SweepStatus read_sweep_status(const std::filesystem::path& folder);

}  // namespace multistate
