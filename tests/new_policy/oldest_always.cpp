// A policy with a fault: it takes the first slot for the oldest row, alive or not.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class OldestAlways final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    for (int64_t left = step.excess(); left > 0; --left) {
      evictions.add(step.first_candidate() + left - 1);
    }
  }
};

const PolicyRegistration<OldestAlways> kRegistration{{
    .name = "oldest_always",
    .version = 1,
    .summary = "evict the first slots",
    .paper = "none",
    .deviations = "",
    .defaults = {},
}};

}  // namespace
}  // namespace multistate
