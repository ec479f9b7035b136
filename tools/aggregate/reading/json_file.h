#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// Files larger than this are not what a run writes.
inline constexpr uintmax_t kLargestFile = uintmax_t{256} << 20;

/// Whether there is anything of this name, a broken link included.
bool is_there(const std::filesystem::path& path);

/// The text of a regular file of reasonable size and depth. Throws InputError that says what is
/// wrong, without the path.
std::string load_text(const std::filesystem::path& path);

/// The JSON of such a file; discarded when it is none.
nlohmann::json load_json(const std::filesystem::path& path);

}  // namespace multistate::aggregate
