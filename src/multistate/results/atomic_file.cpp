#include "multistate/results/atomic_file.h"

#include <array>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/output_file.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".tmp.";

/// A name beside `path` that no other process uses.
fs::path temporary_name(const fs::path& path) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}{}{}.{}", path.string(), kMark, host.data(), ::getpid());
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view content) {
  make_folders(folder_of(path));
  const fs::path temporary = temporary_name(path);
  remove_file(temporary);  // Of a killed process that had this number.
  try {
    {
      const OutputFile file(temporary, O_WRONLY | O_CREAT | O_EXCL);
      file.write(content);
      file.sync();
    }
    rename_file(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(folder_of(path));
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

}  // namespace multistate
