#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "multistate/base/file_descriptor.h"

namespace multistate {

/// A regular file that is open for writing. Whatever is in its place instead (a symbolic link, a
/// FIFO, a device, a folder) is refused, so that nothing outside the folder is written and no call
/// waits for a reader. Calls that a signal interrupts are made again. Every failure throws
/// FileError.
class OutputFile {
 public:
  /// `flags` of open(2), O_CREAT and O_APPEND among them.
  OutputFile(std::filesystem::path path, int flags);

  /// All of `content`, whatever single calls write of it.
  void write(std::string_view content) const;

  /// Brings the content to the disk.
  void sync() const;

  int64_t size() const;

  /// Whether the file ends in the middle of a line: a crash tore the last append.
  bool ends_torn() const;

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_.get(); }

 private:
  std::filesystem::path path_;
  FileDescriptor descriptor_;
};

/// The same for whole files and folders; each throws FileError. Folders that are made are brought
/// to the disk.
void make_folders(const std::filesystem::path& folder);
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// False when there is no such file.
bool remove_file(const std::filesystem::path& path);

/// Whether anything has this name, a link that leads nowhere included.
bool is_there(const std::filesystem::path& path);

/// Brings the names in a folder to the disk.
void sync_folder(const std::filesystem::path& folder);

}  // namespace multistate
