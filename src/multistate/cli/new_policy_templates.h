#pragma once

#include <string_view>
#include <vector>

namespace multistate {

/// A file of the project that `multistate new-policy` writes.
struct Template {
  std::string_view name;  ///< With my_policy in the place of the policy's name.
  std::string_view text;
};

/// The files of src/multistate/cli/new_policy, which the build puts into the program.
const std::vector<Template>& new_policy_templates();

}  // namespace multistate
