// Policies with a function that would never be called. None compiles: multistate_add_plugin() makes
// errors of warnings (HIDES, FORGETS), and PolicyRegistration looks at the class (HIDES_QUIETLY,
// HAS_NO_FACE).

#include <algorithm>

#include "multistate/policy/registry.h"

#ifdef FORGETS
#define OVERRIDES
#else
#define OVERRIDES override
#endif

namespace multistate {
namespace {

class Wrong final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.memory = 1}; }

  void score(const StepView& step, std::span<float> scores) const OVERRIDES {
    std::copy(step.memory().begin(), step.memory().end(), scores.begin());
  }

#if defined(HIDES) || defined(HIDES_QUIETLY)
  void observe(StepView& step) const {
    step.memory()[0] = 1.0F;
  }
#endif

#ifdef HAS_NO_FACE
  void merge(const StepView& /*step*/, std::span<const int64_t> /*rows*/,
             RowEditor& /*editor*/) const {}
#endif
};

const PolicyRegistration<Wrong> kRegistration{{
    .name = "wrong",
    .version = 1,
    .summary = "never compiled",
    .paper = "none",
    .deviations = "",
    .defaults = {},
}};

}  // namespace
}  // namespace multistate
