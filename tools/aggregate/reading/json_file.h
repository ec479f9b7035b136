#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// Files larger than this are not what a run writes.
inline constexpr uintmax_t kLargestFile = uintmax_t{256} << 20;

/// JSON nested deeper than this is not what a run writes, and would exhaust the stack of whoever
/// walks it.
inline constexpr int kDeepestNesting = 64;

/// Whether there is anything of this name, a broken link included.
bool is_there(const std::filesystem::path& path);

/// Whether arrays and objects lie deeper than `limit` in each other; brackets in strings do not
/// count. Takes any bytes.
bool nests_deeper(std::string_view text, int limit);

/// The text of a regular file of reasonable size and depth. Throws InputError that says what is
/// wrong, without the path.
std::string load_text(const std::filesystem::path& path);

/// The JSON of such a file; discarded when it is none.
nlohmann::json load_json(const std::filesystem::path& path);

}  // namespace multistate::aggregate
