// Processes that share the work of one sweep.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/sweep_content.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::workers_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Of a sweep that one process has run.
const SweepContent& content_alone() {
  static const SweepContent content = [] {
    const TinySweep sweep;
    REQUIRE(run_program({"run", sweep.write(TinySweep::grid()).string()}).exit_code == 0);
    return content_of(sweep.output());
  }();
  return content;
}

void check_as_alone(const fs::path& output) {
  CHECK(content_of(output) == content_alone());
}

/// The arguments that run a sweep of seven cells.
std::vector<std::string> command_of(const TinySweep& sweep) {
  return {"run", sweep.write(TinySweep::grid()).string(), "--jobs", "1"};
}

/// Waits until a cell has a finished sample.
void wait_for_sample(const fs::path& output) {
  for (;;) {
    std::error_code ignored;
    for (fs::recursive_directory_iterator entry(output / "cells", ignored), end;
         !ignored && entry != end; entry.increment(ignored)) {
      if (entry->path().filename().string().starts_with("samples.")) {
        return;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Stops the work of a program, and returns its process.
pid_t stop(pid_t program) {
  const pid_t process = worker_of(program);
  REQUIRE(process != 0);
  ::kill(process, SIGSTOP);
  for (std::string stat; stat.find(") T ") == std::string::npos;) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::getline(file, stat);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return process;
}

}  // namespace

TEST_CASE(
    "processes that run one sweep at once divide its work, and the results are those of one") {
  const TinySweep sweep;
  const auto run = command_of(sweep);
  std::vector<pid_t> processes;
  for (int i = 0; i < 3; ++i) {
    processes.push_back(start_program(run));
  }
  for (const pid_t process : processes) {
    CHECK(wait_for(process) == 0);
  }
  check_as_alone(sweep.output());
}

TEST_CASE("what a worker leaves that is killed in the middle, the others take over") {
  const TinySweep sweep;
  const auto run = command_of(sweep);
  const pid_t first = start_program(run);
  wait_for_sample(sweep.output());
  const pid_t second = start_program(run);
  ::kill(first, SIGKILL);
  CHECK(wait_for(first) == -SIGKILL);
  CHECK(wait_for(second) == 0);
  check_as_alone(sweep.output());
}

TEST_CASE("the work of a worker that stands still is taken over; status says who works on what") {
  const TinySweep sweep;
  auto run = command_of(sweep);
  const pid_t slow = start_program(run);
  wait_for_sample(sweep.output());
  const pid_t process = stop(slow);
  const auto status = json::parse(run_program({"status", sweep.output().string(), "--json"}).out);
  REQUIRE(status.at("workers").size() == 1);
  const json& worker = status.at("workers").at(0);
  CHECK(worker.at("process") == process);
  CHECK(worker.at("ended") == false);
  const auto text = run_program({"status", sweep.output().string()}).out;
  CHECK_THAT(text, ContainsSubstring("worker: process " + std::to_string(process) + " on " +
                                     worker.at("host").get<std::string>() + ", since " +
                                     worker.at("since").get<std::string>()));
  for (const json& work : worker.at("work")) {
    CHECK_THAT(text, ContainsSubstring("  " + work.at("what").get<std::string>() + ", since "));
  }
  run.insert(run.end(), {"--lease-timeout", "1"});
  const auto other = run_program(run);
  INFO(other.err);
  CHECK(other.exit_code == 0);
  CHECK_THAT(other.out, ContainsSubstring("7 of 7 planned cells"));
  ::kill(process, SIGCONT);
  CHECK(wait_for(slow) == 0);
  check_as_alone(sweep.output());
}

TEST_CASE("a worker that waits for others ends at once when it is told to stop") {
  const TinySweep sweep;
  const auto run = command_of(sweep);
  const pid_t first = start_program(run);
  wait_for_sample(sweep.output());
  const pid_t stopped = stop(first);
  const pid_t second = start_program(run);
  // It runs all but what the first one holds, samples of one or two cells.
  while (finished_cells(sweep.output()) < 5) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(second, SIGTERM);
  const int code = wait_for(second);
  CHECK(code == (finished_cells(sweep.output()) == 7 ? 0 : 75));
  ::kill(stopped, SIGCONT);
  CHECK(wait_for(first) == 0);
  check_as_alone(sweep.output());
}

}  // namespace multistate::test::workers_test
