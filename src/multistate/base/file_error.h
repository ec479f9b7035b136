#pragma once

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace multistate {

/// A call on an output file failed: a full disk, a quota, permissions, a file system that refuses
/// it. what() is "PATH: cannot DO (CALL): REASON". Nothing that was finished before is lost, and
/// the same command can be run again; `main` exits with code 2.
class FileError : public std::system_error {
 public:
  /// `what`: what could not be done, with the call: "write (write)". `error`: of errno.
  FileError(const std::filesystem::path& path, const char* what, int error = errno)
      : FileError(path, what, std::error_code(error, std::generic_category())) {}
  FileError(const std::filesystem::path& path, const char* what, const std::error_code& error)
      : std::system_error(error, path.string() + ": cannot " + what) {}
};

}  // namespace multistate
