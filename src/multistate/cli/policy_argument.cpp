#include "multistate/cli/policy_argument.h"

#include <algorithm>

#include "multistate/base/error.h"

namespace multistate {

std::vector<std::string> split_policies(const std::string& text) {
  std::vector<std::string> policies(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : 0;
    depth -= c == '}' ? 1 : 0;
    if (c == ',' && depth == 0) {
      policies.emplace_back();
    } else {
      policies.back() += c;
    }
  }
  const auto all = std::find(policies.begin(), policies.end(), "*");
  if (all != policies.end()) {
    auto names = policy_registry().names();
    std::erase_if(names, [](const std::string& name) {
      return policy_registry().find(name)->needs().calibration;
    });
    policies.insert(policies.erase(all), names.begin(), names.end());
  }
  return policies;
}

const PolicyEntry& policy_of(const std::string& text) {
  const auto name = text.substr(0, text.find(':'));
  const PolicyEntry* entry = policy_registry().find(name);
  if (entry == nullptr) {
    throw InputError("--policy: " + policy_registry().unknown(name));
  }
  return *entry;
}

PolicySetup parse_policy(const std::string& text, int64_t state_size) {
  const std::string& name = policy_of(text).name();
  const auto colon = text.find(':');
  return colon == std::string::npos ? set_up_policy(name, state_size)
                                    : set_up_policy(name, state_size, text.substr(colon + 1));
}

Subject parse_subject(const std::string& text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const PolicyEntry* entry = policy_registry().find(name);
  if (entry == nullptr) {
    throw InputError(policy_registry().unknown(name));
  }
  return colon == std::string::npos
             ? make_subject(*entry)
             : make_subject(*entry, parse_yaml(text.substr(colon + 1), "options of " + name));
}

}  // namespace multistate
