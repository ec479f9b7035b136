#pragma once

#include <filesystem>
#include <string_view>

namespace multistate {

/// Replaces a file's content so that at every moment, a crash or a power failure included, either
/// the old or the new content is there in full: temporary file in the same folder, fsync, rename,
/// fsync of the folder. Folders are made as needed. A symbolic link at `path` is replaced, not
/// followed. Throws FileError; the old content is then untouched, unless only the last fsync
/// failed.
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// Appends a line and brings it to the disk. `line` has no newline. A crash may leave a torn last
/// line, never harm an earlier or a later one. `path` has to be a regular file or nothing: links
/// and FIFOs are refused. Throws FileError.
void append_line(const std::filesystem::path& path, std::string_view line);

/// Whether `name` is that of a temporary file which a killed write_atomically() left of `file`.
bool is_temporary_of(std::string_view name, std::string_view file);

}  // namespace multistate
