#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multistate/config/registry.h"
#include "multistate/policy/face_checks.h"
#include "multistate/policy/policy_info.h"

namespace multistate {

struct Plugin;

struct PolicyEntry {
  PolicyInfo info;
  NewPolicyMaker maker = nullptr;
  const Plugin* plugin = nullptr;  ///< Where it comes from; nullptr: it is part of the program.

  const std::string& name() const { return info.name; }

  /// What the policy is called in tables, charts and sentences.
  const std::string& display_name() const {
    return info.display_name.empty() ? info.name : info.display_name;
  }

  /// Whether it evicts nothing and selects the rows that queries read.
  bool selects() const;

  /// Whether it takes a state size: k rows that are kept, or read.
  bool has_size() const { return info.bounded || selects(); }

  /// The policy's own options, then those of the common ones that it has, with this policy's
  /// defaults.
  std::vector<OptionInfo> options() const;

  /// Those of `options` (a policy's, by name, as OptionWriter has them) that are not at this
  /// policy's defaults; options of a base other than the default one are none of its own, and stay.
  /// The file of a calibration is never among them: it is needed and no choice.
  nlohmann::json off_defaults(const nlohmann::json& options) const;

  /// What the policy reads, with default options.
  Needs needs() const;
};

/// All policies of the program, by name.
Registry<PolicyEntry>& policy_registry();

/// What PolicyRegistration does: adds the policy to policy_registry(), or hands it to the loader of
/// the plug-in that it is part of (plugin.h).
void register_policy(PolicyInfo info, NewPolicyMaker maker);

/// Registers P while the program starts or its plug-in is loaded: `const PolicyRegistration<P>
/// kRegistration{{.name = "tova", ...}};` in an anonymous namespace at the end of the policy's
/// file. Nothing else has to know of the policy. Does not compile for a class that has a function
/// of a face which it does not derive from (face_checks.h).
template <class P>
class PolicyRegistration {
 public:
  explicit PolicyRegistration(PolicyInfo info) {
    face_checks::check<P>();
    register_policy(std::move(info), &make_policy_maker<P>);
  }
};

}  // namespace multistate
