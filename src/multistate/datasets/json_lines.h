#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "multistate/base/strict_json.h"

namespace multistate {

/// Calls `use` with the object of every line of a JSON Lines file; errors in the name of the object
/// begin with "file:line". Returns the file's SHA-256. A line that is empty or not an object, and a
/// file without lines, are InputErrors.
std::string for_each_json_line(const std::filesystem::path& path,
                               const std::function<void(const JsonObject&)>& use);

}  // namespace multistate
