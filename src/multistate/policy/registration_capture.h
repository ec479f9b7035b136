#pragma once

#include <vector>

#include "multistate/policy/registry.h"

namespace multistate {

/// While one of these lives, policies that register themselves are collected in it instead of in
/// policy_registry(): a plug-in's are looked at before the program has them. One at a time.
class RegistrationCapture {
 public:
  RegistrationCapture();
  ~RegistrationCapture();
  RegistrationCapture(const RegistrationCapture&) = delete;
  RegistrationCapture& operator=(const RegistrationCapture&) = delete;

  std::vector<PolicyEntry>& entries() { return entries_; }

 private:
  std::vector<PolicyEntry> entries_;
};

}  // namespace multistate
