#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "multistate/results/manifest.h"

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A sweep's folder, or one that holds cells without a manifest.
struct FoundSweep {
  std::filesystem::path folder;
  std::optional<Manifest> manifest;
  std::vector<std::filesystem::path> loose_cells;  ///< Of one without a manifest; sorted.
};

/// All sweeps at or below the folders, by path, each once. Of cells only where they are is known.
/// Throws InputError when a folder is not there.
std::vector<FoundSweep> find_results(std::span<const std::filesystem::path> folders,
                                     std::vector<Problem>& problems);

}  // namespace multistate::aggregate
