// Oracle: evict the row that the rest of the sample will attend to least. No policy that could be
// used: it reads the future. It is the yardstick by which others are measured.
//
// Paper: none; the idea is Belady's optimal replacement (IBM Systems Journal, 1966) with attention
// in the place of uses. The future is that of the same layer under full attention, so a decision
// does not take into account what it changes itself.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Oracle final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.future = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto future = step.future_attention();
    std::copy(future.begin(), future.end(), scores.begin());
  }
};

const PolicyRegistration<Oracle> kRegistration{{
    .name = "oracle",
    .version = 1,
    .summary = "evict the row that later tokens will attend to least: a yardstick, not a policy",
    .paper = "none: a yardstick (after Belady 1966)",
    .deviations = "",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
