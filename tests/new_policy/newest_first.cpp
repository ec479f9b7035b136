// A policy that only a test knows: evict the newest row. It stands for the one file that a newcomer
// would add.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class NewestFirst final : public ScoringPolicy {
 public:
  Needs needs() const override { return {}; }

  void score(const StepView& /*step*/, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = -static_cast<float>(row);
    }
  }
};

const PolicyRegistration<NewestFirst> kRegistration{{
    .name = "newest_first",
    .version = 1,
    .summary = "evict the newest row",
    .paper = "none",
    .deviations = "",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
