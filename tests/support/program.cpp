#include "support/program.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/mapped_file.h"
#include "multistate/cli/program.h"

#include "support/temporary_folder.h"

namespace multistate::test {
namespace {

/// The words of a command line, as main() gets them.
class Words {
 public:
  explicit Words(const std::vector<std::string>& arguments) : words_({MULTISTATE_PROGRAM}) {
    words_.insert(words_.end(), arguments.begin(), arguments.end());
    for (std::string& word : words_) {
      pointers_.push_back(word.data());
    }
    pointers_.push_back(nullptr);
  }
  int count() const { return static_cast<int>(words_.size()); }
  char** pointers() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

void open_as(int descriptor, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0666);
  if (file < 0 || ::dup2(file, descriptor) < 0) {
    ::_exit(127);
  }
  ::close(file);
}

/// A process with these files as its standard streams that does `work`, which ends it.
template <class Work>
pid_t in_process(const std::string& out, const std::string& err, const Work& work) {
  std::cout.flush();  // Else the child prints it, too.
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process < 0) {
    throw std::runtime_error("cannot start a process");
  }
  if (process == 0) {
    open_as(0, "/dev/null", O_RDONLY);
    open_as(1, out, O_WRONLY | O_CREAT | O_TRUNC);
    open_as(2, err, O_WRONLY | O_CREAT | O_TRUNC);
    work();
    ::_exit(127);
  }
  return process;
}

/// Starts the program in the place of the process.
void execute(const std::vector<std::string>& arguments) {
  Words words(arguments);
  ::execv(MULTISTATE_PROGRAM, words.pointers());
}

void run_linked(const std::vector<std::string>& arguments) {
  for (int signal = 1; signal < NSIG; ++signal) {
    std::signal(signal, SIG_DFL);  // Catch2 handles some.
  }
  Words words(arguments);
  const int code = multistate::run_program(words.count(), words.pointers());
  std::cout.flush();
  std::fflush(nullptr);
  ::_exit(code);  // Static objects are the test's.
}

template <class Work>
ProgramResult result_of(const Work& work) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const int code = wait_for(in_process(out, err, work));
  return {code, read_file(out), read_file(err)};
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
  return result_of([&] { run_linked(arguments); });
}

ProgramResult start_and_wait(const std::vector<std::string>& arguments) {
  return result_of([&] { execute(arguments); });
}

pid_t start_program(const std::vector<std::string>& arguments, const std::string& out) {
  return in_process(out, "/dev/null", [&] { execute(arguments); });
}

}  // namespace multistate::test
