#pragma once

#include <filesystem>
#include <string_view>

namespace multistate {

/// Replaces a file's content so that at every moment, a crash or a power failure included, either
/// the old or the new content is there in full: temporary file in the same folder, fsync, rename,
/// fsync of the folder. Folders are made as needed. Throws std::system_error that names the path;
/// the old content is then untouched.
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// Appends a line and brings it to the disk. `line` has no newline. A crash may leave a torn last
/// line, never harm an earlier or a later one. Throws std::system_error.
void append_line(const std::filesystem::path& path, std::string_view line);

}  // namespace multistate
