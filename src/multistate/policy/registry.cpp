#include "multistate/policy/registry.h"

#include <array>

namespace multistate {

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

}  // namespace multistate
