#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace multistate {

/// A file mapped into memory, read-only, for as long as the object lives.
class MappedFile {
 public:
  /// Throws InputError when the file cannot be opened or mapped. An empty file gives an empty span.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::filesystem::path& path() const { return path_; }

  /// Tells the kernel that the pages read so far are not needed again, so that they do not count as
  /// resident memory.
  void release_pages() const;

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

/// The whole content of a file. Throws InputError when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace multistate
