#include "support/spread_cases.h"

#include <fmt/format.h>

namespace multistate::test {

std::vector<PolicyCase> spread_policy_cases(int64_t state_size) {
  constexpr size_t kShare = 3;
  std::vector<PolicyCase> spread;
  size_t policy = 0;
  for (const std::string& name : policy_registry().names()) {
    auto cases = policy_cases({policy_registry().find(name)}, state_size);
    for (size_t i = 0; i < cases.size(); ++i) {
      if (i == 0 || i % kShare == policy % kShare) {
        cases[i].name = fmt::format("{}: {}", name, cases[i].name);
        spread.push_back(std::move(cases[i]));
      }
    }
    ++policy;
  }
  return spread;
}

std::vector<PolicyCase> all_policy_cases(int64_t state_size) {
#ifdef MULTISTATE_SANITIZED
  return spread_policy_cases(state_size);
#else
  return policy_cases(state_size);
#endif
}

}  // namespace multistate::test
