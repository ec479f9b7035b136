#include "multistate/policy/registry.h"

#include "multistate/policy/calibration.h"
#include "multistate/policy/faces.h"
#include "multistate/policy/registration_capture.h"

namespace multistate {
namespace {

constinit std::vector<PolicyEntry>* captured = nullptr;

}  // namespace

bool PolicyEntry::selects() const {
  return faces_of(*maker()->make()).selecting != nullptr;
}

std::vector<OptionInfo> PolicyEntry::options() const {
  OptionLister lister;
  maker()->visit(lister);
  if (needs().calibration) {
    CalibrationOption calibration;
    calibration.visit(lister);
  }
  if (info.bounded) {
    CommonOptions common = info.defaults;
    common.visit(lister);
  } else if (selects()) {
    CommonOptions common = info.defaults;
    common.visit_selecting(lister);
  }
  return lister.options();
}

nlohmann::json PolicyEntry::off_defaults(const nlohmann::json& options) const {
  nlohmann::json chosen = options;
  chosen.erase(CalibrationOption::kName);
  for (const OptionInfo& option : this->options()) {
    const auto found = chosen.find(option.name);
    if (found != chosen.end() && *found == option.default_value) {
      chosen.erase(found);
    }
  }
  return chosen;
}

Needs PolicyEntry::needs() const {
  return needs_of(*maker()->make());
}

Registry<PolicyEntry>& policy_registry() {
  static Registry<PolicyEntry> registry("policy");
  return registry;
}

void register_policy(PolicyInfo info, NewPolicyMaker maker) {
  PolicyEntry entry;
  entry.info = std::move(info);
  entry.maker = maker;
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
