#include "support/program.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/mapped_file.h"

#include "support/temporary_folder.h"

namespace multistate::test {
namespace {

pid_t start(const std::vector<std::string>& arguments, const std::string& out,
            const std::string& err) {
  std::vector<std::string> words = {MULTISTATE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  const pid_t process = ::fork();
  if (process < 0) {
    throw std::runtime_error("cannot start a process");
  }
  if (process == 0) {
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int in_file = ::open("/dev/null", O_RDONLY);
    ::dup2(in_file, 0);
    ::dup2(out_file, 1);
    ::dup2(err_file, 2);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  return process;
}

}  // namespace

const char* program_path() {
  return MULTISTATE_PROGRAM;
}

pid_t worker_of(pid_t program) {
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", program));
  pid_t child = 0;
  children >> child;
  return child;
}

int wait_for(pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, 0) != process) {
    throw std::runtime_error("cannot wait for a process");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

ProgramResult run_program(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const int code = wait_for(start(arguments, out, err));
  return {code, read_file(out), read_file(err)};
}

pid_t start_program(const std::vector<std::string>& arguments, const std::string& out) {
  return start(arguments, out, "/dev/null");
}

}  // namespace multistate::test
