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

OutputLock::OutputLock(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto path = folder / kName;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw std::system_error(errno, std::generic_category(),
                            path.string() + ": cannot open the lock");
  }
  if (!take(descriptor_)) {
    const std::string holder = read_holder(descriptor_);
    ::close(descriptor_);
    throw InputError(fmt::format("{}: {} runs a sweep here", folder.string(), holder));
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string holder = fmt::format("process {} on {}", ::getpid(), host.data());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, holder.data(), holder.size(), 0) < 0) {
    const std::system_error error(errno, std::generic_category(),
                                  path.string() + ": cannot write the lock");
    ::close(descriptor_);
    throw error;
  }
}

OutputLock::~OutputLock() {
  // Else a later refusal would name a process that is long gone.
  static_cast<void>(::ftruncate(descriptor_, 0) == 0);
  ::close(descriptor_);
}

std::optional<std::string> OutputLock::holder(const std::filesystem::path& folder) {
  const int descriptor = ::open((folder / kName).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::nullopt;
  }
  std::optional<std::string> holder;
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    holder = read_holder(descriptor);
  }
  ::close(descriptor);
  return holder;
}

}  // namespace multistate
