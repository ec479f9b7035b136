#include "aggregate/figures/gnuplot.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it.

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  return fs::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

/// The environment, with what makes pictures differ from run to run replaced.
std::vector<std::string> settled_environment() {
  std::vector<std::string> settled = {"LC_ALL=C.UTF-8"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const bool replaced =
        text.starts_with("LC_") || text.starts_with("GNUTERM=") || text.starts_with("GNUPLOT_");
    if (!replaced) {
      settled.push_back(text);
    }
  }
  return settled;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) {
    list.push_back(text.data());
  }
  list.push_back(nullptr);
  return list;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer = {};
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

/// What a process that ended leaves to be said.
std::string outcome(int status, const std::string& output) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return output;  // A warning, as a rule.
  }
  return fmt::format("gnuplot ended with {} {}: {}", WIFSIGNALED(status) ? "signal" : "code",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), output);
}

}  // namespace

std::optional<fs::path> find_gnuplot() {
  if (const char* named = std::getenv("MULTISTATE_GNUPLOT"); named != nullptr) {
    return is_program(named) ? std::optional<fs::path>(fs::absolute(named)) : std::nullopt;
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (is_program(fs::path(folder) / "gnuplot")) {
      return fs::absolute(fs::path(folder) / "gnuplot");
    }
  }
  return std::nullopt;
}

std::string run_gnuplot(const fs::path& program, const fs::path& folder,
                        const std::string& script) {
  std::array<int, 2> pipe_ends = {};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    return fmt::format("no pipe to gnuplot: {}", std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
  std::vector<std::string> arguments = {program.string(), script};
  std::vector<std::string> environment = settled_environment();
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr,
                                  pointers(arguments).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  const std::string output = error == 0 ? read_all(pipe_ends[0]) : "";
  ::close(pipe_ends[0]);
  if (error != 0) {
    return fmt::format("cannot run {}: {}", program.string(), std::strerror(error));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return outcome(status, output);
}

}  // namespace multistate::aggregate
