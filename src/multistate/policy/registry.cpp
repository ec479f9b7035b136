#include "multistate/policy/registry.h"

namespace multistate {

std::vector<OptionInfo> PolicyEntry::options() const {
  OptionLister lister;
  maker()->visit(lister);
  if (info.bounded) {
    CommonOptions common = info.defaults;
    common.visit(lister);
  }
  return lister.options();
}

Needs PolicyEntry::needs() const {
  return maker()->make()->needs();
}

Registry<PolicyEntry>& policy_registry() {
  static Registry<PolicyEntry> registry("policy");
  return registry;
}

}  // namespace multistate
