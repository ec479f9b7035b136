#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "multistate/base/output_file.h"

namespace multistate {

/// Keeps a second runner out of a sweep's folder for as long as the object lives; a crash releases
/// it.
class OutputLock {
 public:
  /// Makes the folder when it is not there. Throws InputError that names the holder when there is
  /// one, FileError when the folder cannot be made or its file system locks no files.
  explicit OutputLock(const std::filesystem::path& folder);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

  /// Throws FileError when the folder is not the one any more that was locked.
  void check() const;

  /// Who runs a sweep in `folder` now: "process 123 on host"; nullopt when nobody does, or
  /// it cannot be told.
  static std::optional<std::string> holder(const std::filesystem::path& folder);

 private:
  OutputFile file_;
};

}  // namespace multistate
