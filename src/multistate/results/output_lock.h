#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "multistate/base/file_descriptor.h"

namespace multistate {

/// Keeps a second runner out of a sweep's folder for as long as the object lives; a crash releases
/// it.
class OutputLock {
 public:
  /// Makes the folder when it is not there. Throws InputError that names the holder when there is
  /// one.
  explicit OutputLock(const std::filesystem::path& folder);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

  /// Who runs a sweep in `folder` now: "process 123 on host"; nullopt when nobody does.
  static std::optional<std::string> holder(const std::filesystem::path& folder);

 private:
  FileDescriptor descriptor_;
};

}  // namespace multistate
