#include "multistate/engine/threads.h"

#include <barrier>
#include <exception>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace multistate::test {

TEST_CASE("threads of a forked process set their number at the same time") {
  set_intra_op_threads(1);  // From here on LibTorch notices forks.
  for (int round = 0; round < 50; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      std::barrier start(4);
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          start.arrive_and_wait();
          try {
            set_intra_op_threads(1);
          } catch (const std::exception&) {
            ::_exit(1);
          }
        });
      }
      threads.clear();
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

}  // namespace multistate::test
