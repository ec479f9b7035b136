#include "multistate/policy/base_scorer.h"

#include <stdexcept>
#include <vector>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

std::vector<std::string> possible_bases() {
  std::vector<std::string> names;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    if (entry.info.over_base) {
      continue;
    }
    const auto policy = entry.maker()->make();
    // What a policy merges is no part of its scores.
    if (dynamic_cast<const ScoringPolicy*>(policy.get()) != nullptr && !policy->needs().merges) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

void BaseScorer::visit(OptionVisitor& visitor) {
  visitor.choice("base", name_, possible_bases(), "policy whose scores it works on");
  if (maker_ == nullptr || made_for_ != name_) {
    maker_ = policy_registry().find(name_)->maker();
    made_for_ = name_;
  }
  maker_->visit(visitor);
}

std::shared_ptr<const ScoringPolicy> BaseScorer::make() const {
  std::shared_ptr<const Policy> policy =
      maker_ != nullptr ? maker_->make() : policy_registry().find(name_)->maker()->make();
  return std::dynamic_pointer_cast<const ScoringPolicy>(policy);
}

}  // namespace multistate
