#include "faults/shim/shim.h"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr std::array kCalls = {"open",   "write", "fsync",  "close",
                               "rename", "mkdir", "unlink", "mmap"};
enum Call { kOpen, kWrite, kFsync, kClose, kRename, kMkdir, kUnlink, kMmap };

struct Faults {
  std::string folder;
  std::array<long, kCalls.size()> counts{};
  std::array<bool, 4096> watched{};  ///< By file descriptor.
  long call = -1;
  long n = 0;
  int error = 0;
  bool fired = false;

  bool is_below(const char* path) const {
    return !folder.empty() && path != nullptr && std::string_view(path).starts_with(folder);
  }
  bool is_watched(int descriptor) const {
    return descriptor >= 0 && static_cast<size_t>(descriptor) < watched.size() &&
           watched[static_cast<size_t>(descriptor)];
  }
  void mark(int descriptor, bool value) {
    if (descriptor >= 0 && static_cast<size_t>(descriptor) < watched.size()) {
      watched[static_cast<size_t>(descriptor)] = value;
    }
  }

  /// Counts a call. Whether it is the one to fail, with errno set.
  bool fails(Call which) {
    ++counts[which];
    if (which != call || counts[which] != n) {
      return false;
    }
    fired = true;
    errno = error;
    return true;
  }
};

/// "write:3:28" in MULTISTATE_FAULT, with the folder in MULTISTATE_FAULT_FOLDER.
Faults from_environment() {
  Faults faults;
  const char* folder = std::getenv("MULTISTATE_FAULT_FOLDER");
  const char* fault = std::getenv("MULTISTATE_FAULT");
  if (folder == nullptr || fault == nullptr) {
    return faults;
  }
  faults.folder = folder;
  const std::string text = fault;
  const size_t first = text.find(':');
  const size_t second = text.find(':', first + 1);
  for (size_t call = 0; call < kCalls.size(); ++call) {
    if (text.substr(0, first) == kCalls[call]) {
      faults.call = static_cast<long>(call);
    }
  }
  faults.n = std::atol(text.substr(first + 1, second - first - 1).c_str());
  faults.error = std::atoi(text.substr(second + 1).c_str());
  return faults;
}

/// Never destroyed: calls are made while the program ends.
Faults& faults() {
  static auto* all = new Faults(from_environment());
  return *all;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int open_watched(const char* path, int flags, mode_t mode) {
  static auto* real = next<int(const char*, int, ...)>("open");
  const bool below = faults().is_below(path);
  if (below && faults().fails(kOpen)) {
    return -1;
  }
  const int descriptor = real(path, flags, mode);
  faults().mark(descriptor, below);
  return descriptor;
}

mode_t mode_of(int flags, va_list& arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

void faults_watch(const char* folder) {
  faults() = Faults();
  faults().folder = folder == nullptr ? "" : folder;
}

void faults_arm(const char* call, long n, int error) {
  for (size_t i = 0; i < kCalls.size(); ++i) {
    if (std::strcmp(call, kCalls[i]) == 0) {
      faults().call = static_cast<long>(i);
    }
  }
  faults().n = n;
  faults().error = error;
}

long faults_count(const char* call) {
  for (size_t i = 0; i < kCalls.size(); ++i) {
    if (std::strcmp(call, kCalls[i]) == 0) {
      return faults().counts[i];
    }
  }
  return -1;
}

bool faults_fired() {
  return faults().fired;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_watched(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_watched(path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static auto* real = next<ssize_t(int, const void*, size_t)>("write");
  if (faults().is_watched(descriptor) && faults().fails(kWrite)) {
    return faults().error == kShortWrite ? real(descriptor, bytes, 1) : -1;
  }
  return real(descriptor, bytes, size);
}

int fsync(int descriptor) {
  static auto* real = next<int(int)>("fsync");
  if (faults().is_watched(descriptor)) {
    return faults().fails(kFsync) ? -1 : 0;
  }
  return real(descriptor);
}

int close(int descriptor) {
  static auto* real = next<int(int)>("close");
  if (faults().is_watched(descriptor)) {
    faults().mark(descriptor, false);
    if (faults().fails(kClose)) {
      const int error = errno;
      real(descriptor);  // A file is closed, whatever close() says of it.
      errno = error;
      return -1;
    }
  }
  return real(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static auto* real = next<int(const char*, const char*)>("rename");
  return faults().is_below(to) && faults().fails(kRename) ? -1 : real(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* real = next<int(const char*, mode_t)>("mkdir");
  return faults().is_below(path) && faults().fails(kMkdir) ? -1 : real(path, mode);
}

int unlink(const char* path) noexcept {
  static auto* real = next<int(const char*)>("unlink");
  return faults().is_below(path) && faults().fails(kUnlink) ? -1 : real(path);
}

void* mmap(void* address, size_t size, int protection, int flags, int descriptor,
           off_t offset) noexcept {
  static auto* real = next<void*(void*, size_t, int, int, int, off_t)>("mmap");
  if (descriptor >= 0 && faults().is_watched(descriptor) && faults().fails(kMmap)) {
    return MAP_FAILED;
  }
  return real(address, size, protection, flags, descriptor, offset);
}
}
