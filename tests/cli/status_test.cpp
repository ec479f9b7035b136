#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test::status_test {

TEST_CASE("watching a sweep that is over says so once, and ends") {
  const TinySweep sweep;
  REQUIRE(run_program({"run", sweep.write(TinySweep::grid()).string()}).exit_code == 0);
  const auto status = run_program({"status", sweep.output().string(), "--watch"});
  CHECK(status.exit_code == 0);
  CHECK(status.out == "7 of 7 planned cells done, 0 failed, 0 partial, 0 missing\n");
}

TEST_CASE("watching a sweep that is not over goes on until it is interrupted") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  REQUIRE(run_program({"run", file}).exit_code == 0);
  const auto cells = sweep.output() / "cells";
  std::filesystem::remove_all(std::filesystem::directory_iterator(cells)->path());
  const auto shown = sweep.folder() / "shown";
  const pid_t process = start_program({"status", sweep.output().string(), "--watch"}, shown);
  while (!std::filesystem::exists(shown) || std::filesystem::file_size(shown) == 0) {
    REQUIRE(::waitpid(process, nullptr, WNOHANG) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // It looks again once a second, and finds the same.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  REQUIRE(::waitpid(process, nullptr, WNOHANG) == 0);
  ::kill(process, SIGINT);
  CHECK(wait_for(process) == 0);
  CHECK(read_file(shown) == "6 of 7 planned cells done, 0 failed, 0 partial, 1 missing\n");
}

TEST_CASE("watching does not go with JSON") {
  const auto run = run_program({"status", "x", "--watch", "--json"});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, ContainsSubstring("excludes"));
}

}  // namespace multistate::test::status_test
