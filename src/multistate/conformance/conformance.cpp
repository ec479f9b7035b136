#include "multistate/conformance/conformance.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/supervisor.h"
#include "multistate/conformance/checks.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

std::string_view word_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kNotJudged:
      return "not judged";
    case Outcome::kNotApplicable:
      return "not applicable";
  }
  return "";
}

std::string count_of(const CheckResult& result) {
  if (result.outcome == Outcome::kFailed) {
    return fmt::format(" ({} of {} cases fail)", result.failed_cases, result.cases);
  }
  return result.cases > 1 ? fmt::format(" ({} cases)", result.cases) : "";
}

/// The first result that explains what the check would find; nullptr when there is none.
const CheckResult* failed_cause(const Check& check, const std::vector<CheckResult>& results) {
  for (const CheckResult& result : results) {
    const auto& causes = check.explained_by;
    if (result.outcome == Outcome::kFailed &&
        std::find(causes.begin(), causes.end(), result.check) != causes.end()) {
      return &result;
    }
  }
  return nullptr;
}

}  // namespace

const std::vector<Check>& conformance_checks() {
  static const std::vector<Check> checks = [] {
    std::vector<Check> all;
    for (const auto& group :
         {basic_checks(), row_checks(), score_checks(), decision_checks(), repetition_checks(),
          sample_checks(), equality_checks(), cost_checks()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return checks;
}

std::vector<CheckResult> check_policy(const Subject& subject) {
  const std::string& policy = subject.entry->info.name;
  std::optional<BusyWith> busy(std::in_place, "set-up", policy, 0);
  Session session(subject);
  std::vector<CheckResult> results;
  for (const Check& check : conformance_checks()) {
    Findings findings(check);
    const CheckResult* cause = failed_cause(check, results);
    if (cause != nullptr) {
      findings.is_explained_by(cause->check);
    } else {
      busy.emplace(check.name, policy, 0);
      check.run(session, findings);
    }
    results.push_back(findings.result());
  }
  return results;
}

bool all_passed(const std::vector<CheckResult>& results) {
  return std::all_of(results.begin(), results.end(),
                     [](const CheckResult& result) { return result.passed(); });
}

std::string to_text(const CheckResult& result) {
  const bool failed = result.outcome == Outcome::kFailed;
  const auto lines_start = std::string(31, ' ');
  std::string text = fmt::format("{:<16}{:<15}{}{}", failed ? "FAILED" : word_for(result.outcome),
                                 result.check, result.promise, count_of(result));
  for (const std::string& finding : result.findings) {
    text += fmt::format("\n{}{}", lines_start, finding);
  }
  if (!result.note.empty()) {
    text += "\n" + lines_start + result.note;
  }
  return text;
}

nlohmann::json to_json(const CheckResult& result) {
  return {{"check", result.check},
          {"promise", result.promise},
          {"outcome", word_for(result.outcome)},
          {"cases", result.cases},
          {"failed_cases", result.failed_cases},
          {"findings", result.findings},
          {"note", result.note}};
}

}  // namespace multistate
