#include "multistate/policy/registry.h"

#include <array>

#include "multistate/policy/registration_capture.h"

namespace multistate {
namespace {

constinit std::vector<PolicyEntry>* captured = nullptr;

}  // namespace

std::vector<OptionInfo> PolicyEntry::options() const {
  OptionLister lister;
  const std::array<OptionVisitor*, 1> visitors = {&lister};
  make(visitors);
  if (info.bounded) {
    CommonOptions common = info.defaults;
    common.visit(lister);
  }
  return lister.options();
}

Needs PolicyEntry::needs() const {
  return make({})->needs();
}

Registry<PolicyEntry>& policy_registry() {
  static Registry<PolicyEntry> registry("policy");
  return registry;
}

void register_policy(PolicyInfo info, PolicyFactory make) {
  PolicyEntry entry;
  entry.info = std::move(info);
  entry.make = std::move(make);
  if (captured != nullptr) {
    captured->push_back(std::move(entry));
  } else {
    policy_registry().add(std::move(entry));
  }
}

RegistrationCapture::RegistrationCapture() {
  captured = &entries_;
}

RegistrationCapture::~RegistrationCapture() {
  captured = nullptr;
}

}  // namespace multistate
