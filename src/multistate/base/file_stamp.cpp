#include "multistate/base/file_stamp.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {

FileStamp::FileStamp(std::filesystem::path path) : path_(std::move(path)), before_(look()) {}

FileStamp::Look FileStamp::look() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    throw InputError(
        fmt::format("{}: cannot look at the file: {}", path_.string(), std::strerror(errno)));
  }
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .seconds = status.st_mtim.tv_sec,
          .nanoseconds = status.st_mtim.tv_nsec};
}

void FileStamp::require_unchanged() const {
  const Look now = look();
  std::string what;
  if (now.device != before_.device || now.inode != before_.inode) {
    what = "another file has taken its place";
  } else if (now.size != before_.size) {
    what =
        fmt::format("it had {} bytes and has {}", human_count(before_.size), human_count(now.size));
  } else if (now.seconds != before_.seconds || now.nanoseconds != before_.nanoseconds) {
    what = "it has been written to";
  }
  if (!what.empty()) {
    throw InputError(fmt::format(
        "{}: has changed since its SHA-256 was computed: {}. Run the same command again; it then "
        "measures the new file",
        path_.string(), what));
  }
}

}  // namespace multistate
