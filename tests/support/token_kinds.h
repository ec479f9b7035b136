#pragma once

#include <cstdint>
#include <string>

#include "multistate/conformance/cases.h"
#include "multistate/policy/setup.h"

namespace multistate::test {

/// A policy set up as by set_up_policy(), which knows of a model what some_model() does.
inline PolicySetup set_up_with_kinds(const std::string& name, int64_t state_size,
                                     const std::string& options = "{}") {
  PolicySetup setup = set_up_policy(name, state_size, options);
  setup.know_as(some_model());
  return setup;
}

}  // namespace multistate::test
