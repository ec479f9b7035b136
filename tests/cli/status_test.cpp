#include <csignal>

#include <unistd.h>

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test {

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
  const pid_t process = start_program({"status", sweep.output().string(), "--watch"});
  ::usleep(1'500'000);
  CHECK(::kill(process, 0) == 0);
  ::kill(process, SIGINT);
  CHECK(wait_for(process) == 0);
}

TEST_CASE("watching does not go with JSON") {
  const auto run = run_program({"status", "x", "--watch", "--json"});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, ContainsSubstring("excludes"));
}

}  // namespace multistate::test
