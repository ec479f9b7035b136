#pragma once

#include <string_view>

namespace multistate {

/// What a policy is for in a comparison. Only those of role kPolicy are candidates for "best".
enum class Role {
  kPolicy,    ///< A compression policy that could be deployed.
  kBaseline,  ///< What policies are compared with: the full cache, or the model on shorter inputs.
  kControl,  ///< Decides without looking at the tokens; shows what protection and scope alone give.
  kReference,  ///< Sees later tokens, or all rows to choose some; shows what others could gain.
};

/// "policy", "baseline", "control" or "reference": in results and in the catalogue.
std::string_view name_of(Role role);

}  // namespace multistate
