#include "multistate/results/atomic_file.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/file_descriptor.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what) {
  throw std::system_error(errno, std::generic_category(),
                          fmt::format("{}: cannot {}", path.string(), what));
}

/// An open file; every failure names its path.
class File {
 public:
  File(const fs::path& path, int flags)
      : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (!descriptor_.is_open()) {
      fail(path, "open the file");
    }
  }

  void write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_.get(), content.data(), content.size());
      if (written < 0 && errno != EINTR) {
        fail(path_, "write");
      }
      content.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
  }

  int64_t size() const { return ::lseek(descriptor_.get(), 0, SEEK_END); }

  /// Whether what is there ends in the middle of a line: a crash tore the last append.
  bool ends_torn() const {
    char last = '\n';
    return size() > 0 && ::pread(descriptor_.get(), &last, 1, size() - 1) == 1 && last != '\n';
  }

  void sync() const {
    if (::fsync(descriptor_.get()) != 0) {
      fail(path_, "bring the content to the disk");
    }
  }

 private:
  const fs::path& path_;
  FileDescriptor descriptor_;
};

/// A name beside `path` that no other process uses.
fs::path temporary_name(const fs::path& path) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}.tmp.{}.{}", path.string(), host.data(), ::getpid());
}

void make_folder_of(const fs::path& path) {
  if (path.has_parent_path()) {
    fs::create_directories(path.parent_path());
  }
}

void sync_folder_of(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  File(folder, O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view content) {
  make_folder_of(path);
  const fs::path temporary = temporary_name(path);
  try {
    const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(content);
    file.sync();
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      fail(path, "put the new content in place");
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder_of(path);
}

void append_line(const fs::path& path, std::string_view line) {
  make_folder_of(path);
  const File file(path, O_RDWR | O_CREAT | O_APPEND);
  const bool is_new = file.size() == 0;
  file.write(fmt::format("{}{}\n", file.ends_torn() ? "\n" : "", line));
  file.sync();
  if (is_new) {
    sync_folder_of(path);
  }
}

}  // namespace multistate
