#include "multistate/policy/policy_error.h"

#include <fmt/format.h>

namespace multistate {

void require_declared(bool declared, const char* what, int64_t layer, int64_t step) {
  if (!declared) {
    throw PolicyError(
        Breach::kNeeds,
        fmt::format("layer {}, step {}: the policy reads {}, which its needs() does not declare",
                    layer, step, what));
  }
}

}  // namespace multistate
