#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace multistate {

/// SHA-256 digests of large files, in `digests.json` of a sweep's folder, so that of a thousand
/// workers only the first reads a model to hash it. A digest is taken from there if the file of
/// that path still has the size, the inode and the time of change that it had when it was hashed.
/// A file that changed less than two seconds before it was hashed is hashed again by the next
/// process, since a later change may bear the same time.
class FileDigests {
 public:
  static constexpr const char* kName = "digests.json";

  /// None, and nowhere to keep them.
  FileDigests() = default;

  /// Those of the folder, which need not exist; a file there that cannot be read is left out with a
  /// warning.
  explicit FileDigests(const std::filesystem::path& folder);

  /// Takes the digests of `others` of files that have none here.
  void add(const FileDigests& others);

  /// The digest of a file's content. Throws InputError when the file cannot be read, or changes
  /// meanwhile.
  std::string sha256(const std::filesystem::path& file);

  /// Writes them into the folder if any was computed since. Throws FileError.
  void keep() const;

 private:
  struct Entry {
    int64_t size = 0;
    uint64_t inode = 0;
    int64_t modified = 0;  ///< Nanoseconds since 1970.
    std::string sha256;
  };

  void read();

  std::filesystem::path path_;            ///< Of digests.json.
  std::map<std::string, Entry> entries_;  ///< By absolute path.
  bool changed_ = false;
};

}  // namespace multistate
