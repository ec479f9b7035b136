#include "multistate/base/output_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "multistate/base/file_error.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

int open_file(const fs::path& path, int flags) {
  return without_interruption([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

}  // namespace

OutputFile::OutputFile(fs::path path, int flags)
    : path_(std::move(path)), descriptor_(open_file(path_, flags | O_NOFOLLOW | O_NONBLOCK)) {
  if (!descriptor_.is_open()) {
    const bool is_link = errno == ELOOP;
    throw FileError(path_, is_link ? "open it, a symbolic link, which is not followed (open)"
                                   : "open the file (open)");
  }
  struct stat status {};
  if (::fstat(descriptor(), &status) != 0) {
    throw FileError(path_, "look at the file (fstat)");
  }
  if (!S_ISREG(status.st_mode)) {
    throw FileError(path_, "write to it, which is no regular file", EINVAL);
  }
}

void OutputFile::write(std::string_view content) const {
  while (!content.empty()) {
    const ssize_t written =
        without_interruption([&] { return ::write(descriptor(), content.data(), content.size()); });
    if (written <= 0) {
      throw FileError(path_, "write (write)", written < 0 ? errno : EIO);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
}

void OutputFile::sync() const {
  if (without_interruption([&] { return ::fsync(descriptor()); }) != 0) {
    throw FileError(path_, "bring the content to the disk (fsync)");
  }
}

int64_t OutputFile::size() const {
  const off_t size = ::lseek(descriptor(), 0, SEEK_END);
  if (size < 0) {
    throw FileError(path_, "find the end of the file (lseek)");
  }
  return size;
}

bool OutputFile::ends_torn() const {
  char last = '\n';
  const int64_t bytes = size();
  if (bytes > 0 && ::pread(descriptor(), &last, 1, bytes - 1) != 1) {
    throw FileError(path_, "read the last byte (pread)");
  }
  return last != '\n';
}

void make_folders(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || fs::is_directory(folder, ignored)) {
    return;
  }
  make_folders(folder.parent_path());
  const bool is_new = without_interruption([&] { return ::mkdir(folder.c_str(), 0777); }) == 0;
  const int error = errno;
  // Somebody else may have made it in the meantime, and something else may be in its place.
  if (!is_new && (error != EEXIST || !fs::is_directory(folder, ignored))) {
    throw FileError(folder, "make the folder (mkdir)", error == EEXIST ? ENOTDIR : error);
  }
  sync_folder(folder.has_parent_path() ? folder.parent_path() : fs::path("."));
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (without_interruption([&] { return ::rename(from.c_str(), to.c_str()); }) != 0) {
    throw FileError(to, "put the file in place (rename)");
  }
}

bool remove_file(const fs::path& path) {
  if (without_interruption([&] { return ::unlink(path.c_str()); }) == 0) {
    return true;
  }
  if (errno != ENOENT) {
    throw FileError(path, "remove the file (unlink)");
  }
  return false;
}

bool is_there(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    return true;
  }
  if (errno != ENOENT && errno != ENOTDIR) {
    throw FileError(path, "look at the file (lstat)");
  }
  return false;
}

void sync_folder(const fs::path& folder) {
  const FileDescriptor descriptor(open_file(folder, O_RDONLY | O_DIRECTORY));
  if (!descriptor.is_open()) {
    throw FileError(folder, "open the folder (open)");
  }
  if (without_interruption([&] { return ::fsync(descriptor.get()); }) != 0) {
    throw FileError(folder, "bring the names in the folder to the disk (fsync)");
  }
}

}  // namespace multistate
