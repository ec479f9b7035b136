#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/check.h"

namespace multistate {

/// All checks, in the order in which they are best read: what an early one finds may be why a later
/// one fails.
const std::vector<Check>& conformance_checks();

/// Runs the checks on a policy, with states from one row to more than there are tokens, in layers
/// with one key/value head a query head, groups, and one for all. Takes seconds. A policy that
/// breaks its contract or throws is a finding; nothing is thrown for it.
std::vector<CheckResult> check_policy(const Subject& subject);

/// Whether all checks that apply found nothing.
bool all_passed(const std::vector<CheckResult>& results);

/// One check as lines for a person, without a newline at the end:
///
///   FAILED      sizes         never leaves more rows than ... (3 of 153 cases fail)
///               heads 4/4, state_size 1, ...: policy mine: layer 0, step 1: 2 rows are left ...
std::string to_text(const CheckResult& result);

/// {"check", "promise", "outcome": "ok" | "failed" | "not judged" | "not applicable", "cases",
/// "failed_cases", "findings": [...], "note"}
nlohmann::json to_json(const CheckResult& result);

}  // namespace multistate
