#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/manifest.h"
#include "multistate/results/stored_cell.h"
#include "multistate/results/sweep_reader.h"

namespace multistate {

/// Reads a cell from `folder`. Invalid files are skipped and added to `problems`; the state is then
/// that of the other files. `planned`: the cell of the manifest, or null when no manifest lists it;
/// its id is then that in its own files, and there is no cell when none of them has one. With
/// `samples`, samples.jsonl is read, too.
std::optional<StoredCell> read_cell(const std::filesystem::path& folder,
                                    const ManifestCell* planned, bool samples,
                                    std::vector<Problem>& problems);

/// The parameters that a cell's `config` (of result.json, error.json) stands for: its members as
/// one flat level, without those that are null and without "limit".
std::map<std::string, nlohmann::json> flat_config(const nlohmann::json& config);

/// Fills what result.json says: parameters, metrics, series, measures, warnings, context, data,
/// limited. `config` goes before what a sweep file set (state_fraction is in the latter only).
/// Throws InputError ("'counts' is missing; ...") when a field is not as
/// results/README.md has it; `cell` is then half filled.
void fill_from_result(const nlohmann::json& result, StoredCell& cell);

/// What lies in a folder, by name. A folder that cannot be read is a problem.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::vector<Problem>& problems);

/// The text of a regular file of reasonable size and depth. Throws InputError that says what is
/// wrong, without the path.
std::string load_text(const std::filesystem::path& path);

}  // namespace multistate
