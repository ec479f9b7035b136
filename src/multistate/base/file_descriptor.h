#pragma once

#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace multistate {

/// Makes a system call, and makes it again as long as a signal interrupts it.
template <class Call>
auto without_interruption(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// Closes a POSIX file descriptor at the end of its life. Negative: there is none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }

 private:
  int value_;
};

/// Opens a file or folder to read it, with `more_flags` of open(2); not open, with errno, when that
/// fails. A FIFO without a writer is opened at once.
FileDescriptor open_to_read(const std::filesystem::path& path, int more_flags = 0);

}  // namespace multistate
