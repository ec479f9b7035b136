#pragma once

#include <filesystem>
#include <system_error>
#include <vector>

namespace multistate {

/// What lies directly in a folder, in order of name. `error` says why the folder could not be
/// listed, or not to its end; it is 0 otherwise.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder,
                                               std::error_code& error);

}  // namespace multistate
