#include "aggregate/charts/process.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it.

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  return fs::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

/// A file in memory: unlike with pipes no side waits for the other.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content = "")
      : descriptor_(::memfd_create("multistate", MFD_CLOEXEC)) {
    for (size_t at = 0; descriptor_ >= 0 && at < content.size();) {
      const ssize_t count = ::write(descriptor_, content.data() + at, content.size() - at);
      if (count < 0 && errno != EINTR) {
        break;
      }
      at += count > 0 ? static_cast<size_t>(count) : 0;
      is_whole_ = at == content.size();
    }
    is_whole_ = descriptor_ >= 0 && (is_whole_ || content.empty());
    if (!is_whole_ || ::lseek(descriptor_, 0, SEEK_SET) != 0) {
      throw std::runtime_error(fmt::format("no memory for a process: {}", std::strerror(errno)));
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }

  std::string content() const {
    std::string text;
    std::array<char, 65536> buffer = {};
    for (;;) {
      const ssize_t count =
          ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
      if (count > 0) {
        text.append(buffer.data(), static_cast<size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        return text;
      }
    }
  }

 private:
  int descriptor_;
  bool is_whole_ = false;
};

std::string failure_of(int status) {
  if (WIFEXITED(status)) {
    return WEXITSTATUS(status) == 0 ? "" : fmt::format("ended with code {}", WEXITSTATUS(status));
  }
  return fmt::format("ended with signal {}", WTERMSIG(status));
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name, const char* variable) {
  if (const char* named = std::getenv(variable); named != nullptr) {
    return is_program(named) ? std::optional<fs::path>(fs::absolute(named)) : std::nullopt;
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (is_program(fs::path(folder) / name)) {
      return fs::absolute(fs::path(folder) / name);
    }
  }
  return std::nullopt;
}

ProcessResult run_process(const fs::path& program, const std::vector<std::string>& arguments,
                          const std::string& input) {
  const MemoryFile in(input);
  const MemoryFile out;
  const MemoryFile errors;
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error(
        fmt::format("cannot run {}: {}", program.string(), std::strerror(error)));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {out.content(), errors.content(), failure_of(status)};
}

}  // namespace multistate::aggregate
