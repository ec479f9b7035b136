#pragma once

#include <string>
#include <string_view>

#include "multistate/config/node.h"

namespace multistate {

/// What is wrong with an option of an experiment, with its mark where `options` has it, else with
/// theirs: for `check` of ExperimentRegistration.
inline InputError option_error(const Node& options, std::string_view option,
                               const std::string& message) {
  const Node* member = options.find(option);
  return (member != nullptr ? *member : options)
      .error("experiment." + std::string(option) + ": " + message);
}

}  // namespace multistate
