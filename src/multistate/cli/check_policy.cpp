#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/cli/command.h"
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
  fmt::print("{}\n", json.dump(2));
}

int check(const std::string& text, bool json) {
  const Subject subject = parse_subject(text);
  const auto results = check_policy(subject);
  json ? print_json(subject, results) : print(subject, results);
  return all_passed(results) ? 0 : kSomeFailed;
}

}  // namespace

void add_check_policy_command(CLI::App& app, Action& action) {
  auto policy = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("check-policy", "Check that a policy keeps its contract, in every case");
  command
      ->add_option("policy", *policy,
                   "Policy to check; with options of its own: 'mine:{decay: 0.5}'")
      ->required();
  command->add_flag("--json", *json, "As JSON");
  command->footer("Exit codes: 0 every check passed, 1 some did not, 2 usage.");
  command->callback(
      [&action, policy, json] { action = [policy, json] { return check(*policy, *json); }; });
}

}  // namespace multistate
