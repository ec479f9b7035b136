#include "multistate/results/output_lock.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

constexpr const char* kName = ".lock";

int open_lock(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  return ::open((folder / kName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

/// Takes the lock. A reader of the status holds it for an instant, so one refusal is none.
bool take(int descriptor) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      return true;
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

OutputLock::OutputLock(const std::filesystem::path& folder) : descriptor_(open_lock(folder)) {
  const auto path = folder / kName;
  if (!descriptor_.is_open()) {
    throw std::system_error(errno, std::generic_category(),
                            path.string() + ": cannot open the lock");
  }
  if (!take(descriptor_.get())) {
    throw InputError(
        fmt::format("{}: {} runs a sweep here", folder.string(), read_holder(descriptor_.get())));
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string holder = fmt::format("process {} on {}", ::getpid(), host.data());
  if (::ftruncate(descriptor_.get(), 0) != 0 ||
      ::pwrite(descriptor_.get(), holder.data(), holder.size(), 0) < 0) {
    throw std::system_error(errno, std::generic_category(),
                            path.string() + ": cannot write the lock");
  }
}

OutputLock::~OutputLock() {
  // Else a later refusal would name a process that is long gone.
  static_cast<void>(::ftruncate(descriptor_.get(), 0) == 0);
}

std::optional<std::string> OutputLock::holder(const std::filesystem::path& folder) {
  const FileDescriptor descriptor(::open((folder / kName).c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    return std::nullopt;
  }
  if (::flock(descriptor.get(), LOCK_SH | LOCK_NB) == 0) {
    return std::nullopt;
  }
  return read_holder(descriptor.get());
}

}  // namespace multistate
