#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "multistate/config/node.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Heads of a layer.
struct Shape {
  int64_t heads = 0;
  int64_t kv_heads = 0;
};

/// Every query head with a key/value head of its own, groups of heads that share one, and one for
/// all.
inline constexpr std::array kShapes = {Shape{4, 4}, Shape{4, 2}, Shape{4, 1}};

/// Random numbers in the place of a calibration, for models of at most 64 layers of 16 heads of 128
/// elements.
std::shared_ptr<const Calibration> some_calibration();

/// What a setup has to know of a model, made up (PolicySetup::know_as): tokens that are text, a
/// separator and a special one in turn, that calibration, and short instructions.
const PolicySetup& some_model();

/// The policy that is checked, registered or not, with options of its own that are not the
/// defaults. The entry outlives everything made of it.
struct Subject {
  const PolicyEntry* entry = nullptr;
  Node options = {};  ///< A map, or null for none.
};

/// The policy with these options of its own. Throws InputError for an option that it does not have,
/// and for one of the common ones, which the cases set.
Subject make_subject(const PolicyEntry& entry, const Node& options = {});

/// A setup and a name for messages: "state_size 5, scope layer, sinks 1, recent 2, every 1".
struct PolicyCase {
  std::string name;
  Node options;
  PolicySetup setup;

  /// The same setup around a new object of the policy.
  PolicySetup set_up_anew() const;
};

/// A policy at state size k: as it is unless set, and in both scopes, with and without protected
/// rows, evicting at every step and at every third; the simple ones first and each as far as k and
/// the policy allow. Policies that keep everything once.
std::vector<PolicyCase> policy_cases(const Subject& subject, int64_t state_size);

/// The same of every registered policy.
std::vector<PolicyCase> policy_cases(int64_t state_size);

}  // namespace multistate
