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

/// Runs `multistate` with these arguments and waits for it.
ProgramResult run_program(const std::vector<std::string>& arguments);

/// Starts it and returns at once; what it writes goes to the file `out`, its errors nowhere.
pid_t start_program(const std::vector<std::string>& arguments,
                    const std::string& out = "/dev/null");

/// The process that works under a program, which supervises it; 0 where there is none.
pid_t worker_of(pid_t program);

/// Waits for a process: its exit code, or -signal.
int wait_for(pid_t process);

}  // namespace multistate::test
