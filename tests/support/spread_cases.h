#pragma once

#include "multistate/conformance/cases.h"

namespace multistate::test {

/// Every registered policy as it is and under a third of the other cases, each kind of case under a
/// third of the policies. For what is built on scans: scans themselves, and check-policy, meet
/// every policy under every case.
std::vector<PolicyCase> spread_policy_cases(int64_t state_size);

/// Every policy under every case; spread in a build with sanitizers, which look for wrong use of
/// memory and take seven times as long.
std::vector<PolicyCase> all_policy_cases(int64_t state_size);

}  // namespace multistate::test
