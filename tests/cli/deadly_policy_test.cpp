// Policies that crash, end the process or never return: each costs its run, and nothing else.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::deadly_policy_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string plugin() {
  return (fs::path(MULTISTATE_TEST_PLUGINS) / "deadly.so").string();
}

/// A sweep of tova, the full model, and the policy with each of these faults.
std::string sweep_with(const std::vector<std::string>& faults) {
  std::string text = "plugins: [" + plugin() + "]\npolicy: {name: tova}\nstate_size: 8\n" +
                     "sweep:\n  include:\n    - {policy.name: tova}\n    - {policy.name: full}\n";
  for (const std::string& fault : faults) {
    text += fmt::format("    - {{policy.name: deadly, policy.fault: {}}}\n", fault);
  }
  return text;
}

/// What error.json says, by the fault.
std::map<std::string, json> errors_in(const fs::path& output) {
  std::map<std::string, json> errors;
  for (const auto& cell : fs::directory_iterator(output / "cells")) {
    if (fs::exists(cell.path() / "error.json")) {
      const auto error = json::parse(read_file(cell.path() / "error.json"));
      errors[error.at("config").at("policy").at("fault")] = error;
    }
  }
  return errors;
}

size_t results_in(const fs::path& output) {
  size_t count = 0;
  for (const auto& cell : fs::directory_iterator(output / "cells")) {
    count += fs::exists(cell.path() / "result.json") ? 1 : 0;
  }
  return count;
}

const std::map<std::string, std::string> kDeaths = {
    {"segfault", "the process died of signal 11 (Segmentation fault)"},
    {"abort", "the process died of signal 6 (Aborted)"},
    {"stack", "the process died of signal 11 (Segmentation fault)"},
    {"exit", "the process was ended by a call of exit()"},
    {"noexcept", "the process died of signal 6 (Aborted)"},
    {"loop", "the process made no progress for 2 seconds and was killed"},
    {"killed", "the process died of signal 9 (Killed), as the system does when memory runs out"},
};

}  // namespace

TEST_CASE("each policy that takes its process with it costs its run, which says how it died",
          "[slow]") {
  const TinySweep sweep;
  std::vector<std::string> faults = {"none", "throw"};
  for (const auto& [fault, how] : kDeaths) {
    faults.push_back(fault);
  }
  const auto run = run_program({"run", sweep.write(sweep_with(faults)).string(), "--limit", "3",
                                "--jobs", "2", "--stall-timeout", "2"});
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK(results_in(sweep.output()) == 3);  // tova, full and the policy without a fault.
  CHECK_FALSE(fs::exists(sweep.output() / "leases"));
  const auto errors = errors_in(sweep.output());
  REQUIRE(errors.size() == kDeaths.size() + 1);
  for (const auto& [fault, how] : kDeaths) {
    INFO(fault);
    const json& error = errors.at(fault);
    CHECK(error.at("kind") == "crash");
    CHECK(error.at("sample") < 3);
    CHECK_THAT(error.at("message").get<std::string>(),
               ContainsSubstring(how + " in policy deadly, layer 1, step 20"));
  }
  CHECK_THAT(errors.at("noexcept").at("message").get<std::string>(),
             ContainsSubstring("step 20: nobody catches this"));
  CHECK(errors.at("throw").at("kind") == "policy");
  CHECK_THAT(errors.at("throw").at("message").get<std::string>(),
             ContainsSubstring("policy deadly: layer 1, step 20: an exception leaves it"));
}

TEST_CASE("results beside a policy that crashes are those without it") {
  const TinySweep alone;
  const TinySweep beside;
  REQUIRE(run_program({"run", alone.write(sweep_with({})).string(), "--no-sharing"}).exit_code ==
          0);
  CHECK(run_program({"run", beside.write(sweep_with({"segfault"})).string(), "--no-sharing"})
            .exit_code == 1);
  for (const auto& cell : fs::directory_iterator(alone.output() / "cells")) {
    const auto other = beside.output() / "cells" / cell.path().filename() / "result.json";
    REQUIRE(fs::exists(other));
    CHECK(json::parse(read_file(cell.path() / "result.json")).at("metrics") ==
          json::parse(read_file(other)).at("metrics"));
  }
}

TEST_CASE(
    "a run that has failed by a crash is tried again by the next call, unless told otherwise") {
  const TinySweep sweep;
  const auto file = sweep.write(sweep_with({"abort"})).string();
  CHECK(run_program({"run", file, "--limit", "1"}).exit_code == 1);
  const auto left = run_program({"run", file, "--limit", "1", "--no-retry-failed"});
  CHECK(left.exit_code == 1);
  CHECK_THAT(left.err, !ContainsSubstring("died"));
  CHECK_THAT(run_program({"run", file, "--limit", "1"}).err,
             ContainsSubstring("the process died of signal 6"));
}

TEST_CASE("a stop is obeyed within seconds inside a sample, and what the sample had is dropped",
          "[slow]") {
  const TinySweep sweep;
  // Every sample takes 64 steps x 2 layers x 0.2 s.
  const auto file = sweep.write("plugins: [" + plugin() +
                                "]\npolicy: {name: deadly, fault: slow}\nstate_size: 8\n");
  const pid_t process = start_program({"run", file.string(), "--jobs", "1"});
  while (!fs::exists(sweep.output() / "cells")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto start = std::chrono::steady_clock::now();
  ::kill(process, SIGTERM);
  CHECK(wait_for(process) == 75);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(8));
  CHECK_FALSE(fs::exists(sweep.output() / "leases"));
  for (const auto& cell : fs::directory_iterator(sweep.output() / "cells")) {
    CHECK(std::distance(fs::directory_iterator(cell.path()), {}) == 1);  // log.txt
  }
}

TEST_CASE("check-policy has a verdict on a policy that takes its process with it", "[slow]") {
  for (const auto& [fault, how] : kDeaths) {
    INFO(fault);
    const std::string policy = fmt::format("deadly:{{fault: {}}}", fault);
    const auto run =
        run_program({"check-policy", policy, "--plugin", plugin(), "--stall-timeout", "2"});
    INFO(run.err);
    CHECK(run.exit_code == 1);
    CHECK_THAT(run.out, ContainsSubstring("policy " + policy + "\nFAILED"));
    CHECK_THAT(run.out, ContainsSubstring(how));
    CHECK_THAT(run.out, ContainsSubstring("policy deadly"));
  }
  const auto as_json =
      run_program({"check-policy", "deadly:{fault: exit}", "--plugin", plugin(), "--json"});
  CHECK(as_json.exit_code == 1);
  const auto verdict = json::parse(as_json.out);
  CHECK(verdict.at("passed") == false);
  CHECK(verdict.at("checks").at(0).at("outcome") == "failed");
  CHECK(run_program({"check-policy", "deadly", "--plugin", plugin()}).exit_code == 0);
}

}  // namespace multistate::test::deadly_policy_test
