#include "multistate/policy/trial_load.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/error.h"
#include "multistate/base/file_descriptor.h"
#include "multistate/policy/load_library.h"

namespace multistate {
namespace {

/// What the child does: nothing that it prints or leaves behind is for anybody.
[[noreturn]] void load_and_end(const std::filesystem::path& library) {
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  load_library(library);
  ::_exit(0);
}

}  // namespace

void try_to_load(const std::filesystem::path& library) {
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::system_error(errno, std::generic_category(),
                            library.string() + ": cannot make a process to try the plug-in in");
  }
  if (child == 0) {
    load_and_end(library);
  }
  int status = 0;
  without_interruption([&] { return ::waitpid(child, &status, 0); });
  // An exception in a constructor ends by SIGABRT; loading it for good says which one it was.
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGABRT) {
    throw InputError(
        fmt::format("{}: the plug-in cannot be loaded: a process that tried to died of signal {} "
                    "({}): the file "
                    "is damaged, or one of its global variables crashes; build it again",
                    library.string(), WTERMSIG(status), ::strsignal(WTERMSIG(status))));
  }
}

}  // namespace multistate
