// Random: evict any row, each with the same probability. The floor of every comparison: a policy
// that is not better than this one decides nothing.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class RandomEviction final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.random = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.live(row)) {
        scores[static_cast<size_t>(row)] = static_cast<float>(step.random().uniform());
      }
    }
  }
};

const PolicyRegistration<RandomEviction> kRegistration{{
    .name = "random",
    .version = 1,
    .summary = "evict a row at random",
    .paper = "none: a control",
    .deviations = "",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
