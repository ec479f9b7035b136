#include "multistate/policy/policy_over_base.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

std::unique_ptr<Policy> make_default(const std::string& name) {
  return policy_registry().find(name)->maker()->make();
}

bool can_be_base(const Policy& policy, BaseKind kind) {
  const Faces faces = faces_of(policy);
  switch (kind) {
    case BaseKind::kScores:
      return faces.scoring != nullptr;
    case BaseKind::kAnyScores:
      return faces.scores();
    case BaseKind::kRows:
      break;
  }
  return faces.decides();
}

std::vector<std::string> possible_bases(BaseKind kind) {
  std::vector<std::string> names;
  for (const std::string& name : policy_registry().names()) {
    if (policy_registry().find(name)->info.bounded && can_be_base(*make_default(name), kind)) {
      names.push_back(name);
    }
  }
  return names;
}

bool has_base(const std::string& name) {
  return dynamic_cast<const PolicyOverBase*>(make_default(name).get()) != nullptr;
}

}  // namespace

void BasePolicy::choose(OptionVisitor& visitor, const char* option) {
  const std::vector<std::string> names = possible_bases(kind_);
  if (std::find(names.begin(), names.end(), name_) == names.end()) {
    throw std::invalid_argument(fmt::format("{} cannot be its base", name_));
  }
  visitor.choice(option, name_, names, "policy that it works on, whose options stand beside it");
  if (maker_ == nullptr || made_for_ != name_) {
    maker_ = policy_registry().find(name_)->maker();
    made_for_ = name_;
  }
}

void BasePolicy::visit(OptionVisitor& visitor) {
  const bool in_map = visitor.part("base", has_base(name_), [&](OptionVisitor& part) {
    choose(part, "name");
    maker_->visit(part);
  });
  if (in_map) {
    return;
  }
  choose(visitor, "base");
  if (!has_base(name_)) {
    maker_->visit(visitor);
  }
}

std::shared_ptr<const Policy> BasePolicy::make() const {
  std::shared_ptr<const Policy> base =
      maker_ != nullptr ? std::shared_ptr<const Policy>(maker_->make()) : make_default(name_);
  if (!can_be_base(*base, kind_)) {
    throw std::invalid_argument(fmt::format("{} cannot be its base: it has no scores", name_));
  }
  return base;
}

std::vector<std::string> base_names(const Policy& policy) {
  const auto* over = dynamic_cast<const PolicyOverBase*>(&policy);
  if (over == nullptr) {
    return {};
  }
  std::vector<std::string> names = {over->base_name()};
  for (std::string& name : base_names(over->base())) {
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace multistate
