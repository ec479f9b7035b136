#include "multistate/results/output_lock.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "multistate/base/error.h"
#include "multistate/base/file_error.h"

namespace multistate {
namespace {

constexpr const char* kName = ".lock";

OutputFile open_lock(const std::filesystem::path& folder) {
  make_folders(folder);
  return {folder / kName, O_RDWR | O_CREAT};
}

/// Takes the lock; false when somebody else holds it. A reader of the status does for an instant,
/// so one refusal is none. Throws FileError when the file system locks no files.
bool take(const OutputFile& file) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0) {
      return true;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw FileError(
          file.path(),
          "keep two runs apart by locking this file (flock); choose an output on a file "
          "system that locks files");
    }
    ::usleep(20'000);
  }
  return false;
}

std::string read_holder(int descriptor) {
  std::array<char, 256> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<size_t>(size)) : "another process";
}

}  // namespace

OutputLock::OutputLock(const std::filesystem::path& folder) : file_(open_lock(folder)) {
  if (!take(file_)) {
    throw InputError(
        fmt::format("{}: {} runs a sweep here", folder.string(), read_holder(file_.descriptor())));
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  if (::ftruncate(file_.descriptor(), 0) != 0) {
    throw FileError(file_.path(), "empty the file (ftruncate)");
  }
  file_.write(fmt::format("process {} on {}", ::getpid(), host.data()));
}

OutputLock::~OutputLock() {
  // Else a later refusal would name a process that is long gone.
  static_cast<void>(::ftruncate(file_.descriptor(), 0) == 0);
}

void OutputLock::check() const {
  struct stat held {};
  struct stat there {};
  const bool is_same = ::fstat(file_.descriptor(), &held) == 0 &&
                       ::lstat(file_.path().c_str(), &there) == 0 && held.st_dev == there.st_dev &&
                       held.st_ino == there.st_ino;
  if (!is_same) {
    throw FileError(file_.path().parent_path(),
                    "go on with: the folder was removed, or replaced, while the sweep ran", ENOENT);
  }
}

std::optional<std::string> OutputLock::holder(const std::filesystem::path& folder) {
  const auto path = folder / kName;
  const FileDescriptor descriptor(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const bool refused = descriptor.is_open() && ::flock(descriptor.get(), LOCK_SH | LOCK_NB) != 0;
  return refused && errno == EWOULDBLOCK ? std::optional(read_holder(descriptor.get()))
                                         : std::nullopt;
}

}  // namespace multistate
