#pragma once

#include <cstdint>
#include <filesystem>

namespace multistate {

/// What tells, without reading it, that a file is still the one that was read before: device,
/// inode, size and time of the last change of its content. Links are followed.
class FileStamp {
 public:
  /// Throws InputError when the file cannot be looked at.
  explicit FileStamp(std::filesystem::path path);

  /// Throws InputError that names the file and says what differs, when it is another one now.
  void require_unchanged() const;

  uint64_t inode() const { return before_.inode; }
  int64_t size() const { return before_.size; }

  /// When the content was last changed, in nanoseconds since 1970.
  int64_t modified() const { return before_.seconds * 1'000'000'000 + before_.nanoseconds; }

 private:
  struct Look {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t seconds = 0;
    int64_t nanoseconds = 0;
  };
  Look look() const;

  std::filesystem::path path_;
  Look before_;
};

}  // namespace multistate
