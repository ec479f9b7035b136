#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace multistate::test {

struct ProgramResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Where `multistate` is, for a shell.
const char* program_path();

/// Runs `multistate` with these arguments, as it is linked into the test, in a process forked from
/// the test's, and waits for it. That takes milliseconds, where a start takes a second, because
/// LibTorch is loaded. The test must not have made threads.
ProgramResult run_program(const std::vector<std::string>& arguments);

/// The same by a start of the program: for what depends on its path or on variables that are read
/// at a start.
ProgramResult start_and_wait(const std::vector<std::string>& arguments);

/// Starts it and returns at once; what it writes goes to the file `out`, its errors nowhere.
pid_t start_program(const std::vector<std::string>& arguments,
                    const std::string& out = "/dev/null");

/// The process that works under a program, which supervises it; 0 where there is none.
pid_t worker_of(pid_t program);

/// Waits for a process: its exit code, or -signal.
int wait_for(pid_t process);

}  // namespace multistate::test
