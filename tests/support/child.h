#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace multistate::test {

/// What waitpid says of a child process that runs `work`, which ends it with 0 when it returns.
template <class Work>
int in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace multistate::test
