#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Whether there is anything of this name, a broken link included.
bool is_there(const std::filesystem::path& path);

/// What lies in a folder, by name. A folder that cannot be read is a problem.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::vector<Problem>& problems);

/// The text of a regular file of reasonable size and depth. Throws InputError that says what is
/// wrong, without the path.
std::string load_text(const std::filesystem::path& path);

/// The JSON of such a file; discarded when it is none.
nlohmann::json load_json(const std::filesystem::path& path);

}  // namespace multistate::aggregate
