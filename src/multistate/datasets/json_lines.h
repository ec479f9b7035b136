#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "multistate/base/strict_json.h"

namespace multistate {

/// Calls `use` with the object of every line of a file of JSON objects, one a line; what it throws
/// in the object's name begins with "file:line". Returns the file's SHA-256. A line that is empty
/// or no object, and a file without lines, are InputErrors.
std::string for_each_json_line(const std::filesystem::path& path,
                               const std::function<void(const JsonObject&)>& use);

}  // namespace multistate
