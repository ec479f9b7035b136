#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/json_layout.h"
#include "multistate/base/supervisor.h"
#include "multistate/cli/command.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/cli/policy_argument.h"
#include "multistate/conformance/conformance.h"

namespace multistate {
namespace {

constexpr int kSomeFailed = 1;

void print(const Subject& subject, const std::vector<CheckResult>& results) {
  const PolicyInfo& info = subject.entry->info;
  fmt::print("policy {}, version {}\n", info.name, info.version);
  int64_t failed = 0;
  for (const CheckResult& result : results) {
    fmt::print("{}\n", to_text(result));
    failed += result.passed() ? 0 : 1;
  }
  if (failed == 0) {
    fmt::print("all {} checks passed\n", results.size());
  } else {
    fmt::print("{} of {} checks did not pass\n", failed, results.size());
  }
}

void print_json(const Subject& subject, const std::vector<CheckResult>& results) {
  auto checks = nlohmann::json::array();
  for (const CheckResult& result : results) {
    checks.push_back(to_json(result));
  }
  const PolicyInfo& info = subject.entry->info;
  const nlohmann::json json = {{"policy", info.name},
                               {"version", info.version},
                               {"options", subject.options.to_json()},
                               {"passed", all_passed(results)},
                               {"checks", checks}};
  fmt::print("{}", json_page(json));
}

struct CheckArguments {
  std::string policy;
  std::vector<std::string> plugins;
  bool json = false;
  int64_t stall_timeout = 60;
};

int check_here(const CheckArguments& arguments, WorkRecord& record) {
  const WatchedThread watched(&record);
  load_plugins(arguments.plugins);
  const Subject subject = parse_subject(arguments.policy);
  const auto results = check_policy(subject);
  arguments.json ? print_json(subject, results) : print(subject, results);
  return all_passed(results) ? 0 : kSomeFailed;
}

/// The verdict on a policy that took the process with it: the check that was being made.
int print_death(const CheckArguments& arguments, const ProcessDeath& death) {
  CheckResult result;
  result.check = death.work.empty() ? "load" : death.work.front().what;
  result.promise = "does not end or block the process";
  result.outcome = Outcome::kFailed;
  result.cases = 1;
  result.failed_cases = 1;
  result.findings = {to_text(death)};
  if (arguments.json) {
    const nlohmann::json json = {
        {"policy", arguments.policy}, {"passed", false}, {"checks", {to_json(result)}}};
    fmt::print("{}", json_page(json));
  } else {
    fmt::print("policy {}\n{}\nno further checks were run\n", arguments.policy, to_text(result));
  }
  return kSomeFailed;
}

int check(const CheckArguments& arguments) {
  Supervisor supervisor{std::chrono::seconds(arguments.stall_timeout)};
  const auto end =
      supervisor.run([&] { return check_here(arguments, supervisor.records().front()); });
  return end.death ? print_death(arguments, *end.death) : end.code;
}

}  // namespace

void add_check_policy_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand("check-policy", "Run the conformance tests on a policy");
  command
      ->add_option("policy", arguments->policy,
                   "Policy to check; with options of its own: 'mine:{decay: 0.5}'")
      ->required();
  command->add_flag("--json", arguments->json, "As JSON");
  command
      ->add_option("--stall-timeout", arguments->stall_timeout,
                   "Fail a policy that does not return for this many seconds")
      ->check(whole_number(1, kLongestTimeout))
      ->capture_default_str();
  add_plugin_option(*command, arguments->plugins);
  command->footer("Exit codes: 0 every check passed, 1 some did not, 2 usage.");
  command->callback([&action, arguments] { action = [arguments] { return check(*arguments); }; });
}

}  // namespace multistate
