#pragma once

#include <memory>
#include <string>

#include "multistate/base/role.h"
#include "multistate/config/options.h"
#include "multistate/policy/common_options.h"
#include "multistate/policy/policy.h"

namespace multistate {

/// What a policy says of itself, at the end of its file.
struct PolicyInfo {
  std::string name;  ///< Identity in sweep files and results.
  /// What its authors call it, for tables and charts; empty: `name`.
  std::string display_name = {};
  int64_t version = 1;     ///< Goes up when the same options would give other rows.
  std::string summary;     ///< The idea in one line.
  std::string paper;       ///< Where it was published.
  std::string deviations;  ///< How this differs from the publication; empty: not at all.
  Role role = Role::kPolicy;
  bool bounded = true;  ///< false: keeps every row and has none of the common options; no state
                        ///< size, either, unless it is a SelectingPolicy.
  CommonOptions defaults;  ///< What the common options are when the user does not set them.
};

/// A policy that is not made yet: its own options, at their defaults until a visitor sets them.
class PolicyMaker {
 public:
  virtual ~PolicyMaker() = default;
  virtual void visit(OptionVisitor& visitor) = 0;
  virtual std::unique_ptr<Policy> make() const = 0;
};

using NewPolicyMaker = std::unique_ptr<PolicyMaker> (*)();

template <class P>
class PolicyMakerOf final : public PolicyMaker {
 public:
  void visit(OptionVisitor& /*visitor*/) override {}
  std::unique_ptr<Policy> make() const override { return std::make_unique<P>(); }
};

template <class P>
requires requires {
  typename P::Options;
}
class PolicyMakerOf<P> final : public PolicyMaker {
 public:
  void visit(OptionVisitor& visitor) override { options_.visit(visitor); }
  std::unique_ptr<Policy> make() const override { return std::make_unique<P>(options_); }

 private:
  typename P::Options options_;
};

template <class P>
std::unique_ptr<PolicyMaker> make_policy_maker() {
  return std::make_unique<PolicyMakerOf<P>>();
}

}  // namespace multistate
