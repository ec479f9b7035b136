#pragma once

#include <vector>

#include "multistate/results/manifest.h"

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// What there is of a planned cell in `folder`. Whatever is not as it should be is passed over and
/// added to `problems`; the state then is what the other files say. With `samples`, samples.jsonl
/// is read, too.
Cell read_cell(const std::filesystem::path& folder, const ManifestCell& planned, bool samples,
               std::vector<Problem>& problems);

/// A cell that no manifest lists: its id is what its own files say. nullopt when none of them does.
std::optional<Cell> read_unplanned_cell(const std::filesystem::path& folder, bool samples,
                                        std::vector<Problem>& problems);

}  // namespace multistate::aggregate
