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

/// Runs `multistate` with these arguments and waits for it.
ProgramResult run_program(const std::vector<std::string>& arguments);

/// Starts it, its output thrown away, and returns at once.
pid_t start_program(const std::vector<std::string>& arguments);

/// Waits for a process: its exit code, or -signal.
int wait_for(pid_t process);

}  // namespace multistate::test
