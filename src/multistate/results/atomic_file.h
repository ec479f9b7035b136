#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace multistate {

/// New content of a file that lies on the disk, complete, under a temporary name beside it until
/// put_in_place(); removed when that is not called. Folders are made as needed.
///
/// Whoever removes the temporary file in the meantime keeps the content from its place:
/// put_in_place() then fails with ENOENT.
class PreparedFile {
 public:
  /// Throws FileError.
  PreparedFile(std::filesystem::path path, std::string_view content);
  ~PreparedFile();
  PreparedFile(const PreparedFile&) = delete;
  PreparedFile& operator=(const PreparedFile&) = delete;

  /// Replaces the file in one step. Throws FileError; the old content is then untouched, unless
  /// only the last fsync failed.
  void put_in_place();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

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

/// Whether `name` is that of a temporary file of `file`.
bool is_temporary_of(std::string_view name, std::string_view file);

/// The process_name() in the name of a temporary file; of those of earlier programs another text.
std::string process_of_temporary(std::string_view name);

}  // namespace multistate
