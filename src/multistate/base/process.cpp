#include "multistate/base/process.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/file_descriptor.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it.

namespace multistate {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  return fs::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
/// A file without a name: unlike with pipes no side waits for the other.
using NamelessFile = std::unique_ptr<std::FILE, CloseFile>;

NamelessFile file_of(const std::string& content) {
  NamelessFile file(std::tmpfile());
  if (!file || std::fwrite(content.data(), 1, content.size(), file.get()) != content.size() ||
      std::fseek(file.get(), 0, SEEK_SET) != 0) {
    throw std::runtime_error(fmt::format("no file for a process: {}", std::strerror(errno)));
  }
  return file;
}

std::string content_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  std::array<char, 65536> buffer = {};
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), file)) {
    text.append(buffer.data(), count);
  }
  return text;
}

std::string failure_of(int status) {
  if (WIFEXITED(status)) {
    return WEXITSTATUS(status) == 0 ? "" : fmt::format("ended with code {}", WEXITSTATUS(status));
  }
  return fmt::format("ended with signal {}", WTERMSIG(status));
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name, const char* variable) {
  const char* named = variable == nullptr ? nullptr : std::getenv(variable);
  if (named != nullptr) {
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
  const NamelessFile in = file_of(input);
  const NamelessFile out = file_of("");
  const NamelessFile errors = file_of("");
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ::fileno(in.get()), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ::fileno(out.get()), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ::fileno(errors.get()), STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error(
        fmt::format("cannot run {}: {}", program.string(), std::strerror(error)));
  }
  int status = 0;
  without_interruption([&] { return ::waitpid(child, &status, 0); });
  return {content_of(out.get()), content_of(errors.get()), failure_of(status)};
}

}  // namespace multistate
