#pragma once

#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// What there is of a cell in `folder`. Whatever is not as it should be is passed over and added to
/// `problems`; the state then is what the other files say. `planned`: the cell of the manifest;
/// null when no manifest lists it: then its id is what its own files say, and there is no cell when
/// none of them does. With `samples`, samples.jsonl is read, too.
std::optional<Cell> read_cell(const std::filesystem::path& folder, const ManifestCell* planned,
                              bool samples, std::vector<Problem>& problems);

}  // namespace multistate::aggregate
