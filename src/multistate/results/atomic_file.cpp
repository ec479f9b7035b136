#include "multistate/results/atomic_file.h"

#include <atomic>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/output_file.h"
#include "multistate/base/process_identity.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".tmp.";

/// A name beside `path` that nobody else uses.
fs::path temporary_name(const fs::path& path) {
  static std::atomic<int64_t> count = 0;
  return fmt::format("{}{}{}.{}", path.string(), kMark, process_name(), count++);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

PreparedFile::PreparedFile(fs::path path, std::string_view content)
    : path_(std::move(path)), temporary_(temporary_name(path_)) {
  make_folders(folder_of(path_));
  try {
    const OutputFile file(temporary_, O_WRONLY | O_CREAT | O_EXCL);
    file.write(content);
    file.sync();
  } catch (...) {
    ::unlink(temporary_.c_str());
    throw;
  }
}

PreparedFile::~PreparedFile() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
}

void PreparedFile::put_in_place() {
  rename_file(temporary_, path_);
  temporary_.clear();
  sync_folder(folder_of(path_));
}

void write_atomically(const fs::path& path, std::string_view content) {
  PreparedFile(path, content).put_in_place();
}

void append_line(const fs::path& path, std::string_view line) {
  make_folders(folder_of(path));
  const OutputFile file(path, O_RDWR | O_CREAT | O_APPEND);
  const bool is_new = file.size() == 0;
  file.write(fmt::format("{}{}\n", file.ends_torn() ? "\n" : "", line));
  file.sync();
  if (is_new) {
    sync_folder(folder_of(path));
  }
}

bool is_temporary_of(std::string_view name, std::string_view file) {
  return name.starts_with(file) && name.substr(file.size()).starts_with(kMark);
}

std::string process_of_temporary(std::string_view name) {
  const size_t mark = name.rfind(kMark);
  const size_t count = name.rfind('.');
  if (mark == std::string_view::npos) {
    return "";
  }
  const size_t begin = mark + std::string_view(kMark).size();
  return std::string(name.substr(begin, count > begin ? count - begin : std::string_view::npos));
}

}  // namespace multistate
