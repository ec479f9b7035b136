#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "multistate/policy/policy_error.h"

namespace multistate {

class Session;
class Findings;

/// Something that every policy has to keep to.
struct Check {
  std::string name;     ///< One word.
  std::string promise;  ///< What it makes sure, as the end of "the policy ...".

  /// The breaches of the contract for which it is made: one that ends a run is a finding of this
  /// check, and keeps every other check from judging that run.
  std::vector<Breach> breaches;

  std::function<void(Session&, Findings&)> run;

  /// Checks whose findings explain what this one would find. It is not made when one of them has
  /// failed: one mistake is one finding.
  std::vector<std::string> explained_by = {};
};

enum class Outcome {
  kOk,
  kFailed,
  kNotJudged,      ///< Another check says why: a run ended early, or what it found explains this.
  kNotApplicable,  ///< There is nothing to judge for this policy.
};

/// What one check found out about one policy.
struct CheckResult {
  std::string check;
  std::string promise;
  Outcome outcome = Outcome::kOk;
  int64_t cases = 0;
  int64_t failed_cases = 0;
  std::vector<std::string> findings;  ///< The first few, the simplest case first.
  std::string note;  ///< Why it was not judged or does not apply; what was measured; else empty.

  bool passed() const { return outcome == Outcome::kOk || outcome == Outcome::kNotApplicable; }
};

/// Collects what a check finds.
class Findings {
 public:
  explicit Findings(const Check& check);

  /// Judges a case: `judge` returns what is wrong, or "". `where` says which case it is. A policy
  /// that breaks its contract, or throws anything else, ends the case and not the check.
  void judge(const std::string& where, const std::function<std::string()>& judge);

  /// The check has nothing to judge, since ...
  void does_not_apply(const std::string& reason);

  /// The check is not made, since `check` has found something that explains what it would find.
  void is_explained_by(const std::string& check);

  /// Something to tell beside the outcome.
  void note(const std::string& text) { result_.note = text; }

  CheckResult result() const;

 private:
  void fail(const std::string& where, const std::string& what);
  void block(const std::string& where, const std::string& what);

  std::vector<Breach> breaches_;
  CheckResult result_;
  std::string blocked_;
};

}  // namespace multistate
