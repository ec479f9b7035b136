#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multistate/config/registry.h"
#include "multistate/policy/policy_info.h"

namespace multistate {

struct PolicyEntry {
  PolicyInfo info;
  std::unique_ptr<PolicyMaker> (*maker)() = nullptr;

  const std::string& name() const { return info.name; }

  /// The policy's own options, then the common ones when it is bounded, with this policy's
  /// defaults.
  std::vector<OptionInfo> options() const;

  /// What the policy reads, with default options.
  Needs needs() const;
};

/// All policies of the program, by name.
Registry<PolicyEntry>& policy_registry();

/// Registers P while the program starts: `const PolicyRegistration<P> kRegistration{{.name =
/// "tova", ...}};` in an anonymous namespace at the end of the policy's file. Nothing else has to
/// know of the policy.
template <class P>
class PolicyRegistration {
 public:
  explicit PolicyRegistration(PolicyInfo info) {
    policy_registry().add({std::move(info), &make_policy_maker<P>});
  }
};

}  // namespace multistate
