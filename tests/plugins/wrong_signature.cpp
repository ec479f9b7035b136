// A policy whose observe() is never called (HIDES), or that overrides without saying so (FORGETS):
// multistate_add_plugin() lets neither compile.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Wrong final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.memory = 1}; }

#ifdef HIDES
  void observe(StepView& step) const {
    step.memory()[0] = 1.0F;
  }

  void score(const StepView& step, std::span<float> scores) const override{
#else
  void score(const StepView& step, std::span<float> scores) const {
#endif
      std::copy(step.memory().begin(), step.memory().end(), scores.begin());
}
};  // namespace

const PolicyRegistration<Wrong> kRegistration{{
    .name = "wrong",
    .version = 1,
    .summary = "never compiled",
    .paper = "none",
    .deviations = "",
    .defaults = {},
}};

}  // namespace multistate
}  // namespace multistate
