// A policy outside the tree: evict the newest row (POLICY_SIGN -1) or the oldest (1).

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class ByAge final : public ScoringPolicy {
 public:
  struct Options {
    bool upside_down = false;

    void visit(OptionVisitor& v) { v("upside_down", upside_down, "the other way round"); }
  };

  explicit ByAge(const Options& options)
      : sign_(options.upside_down ? -POLICY_SIGN : POLICY_SIGN) {}

  void score(const StepView& /*step*/, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = sign_ * static_cast<float>(row);
    }
  }

 private:
  float sign_;
};

const PolicyRegistration<ByAge> kRegistration{{
    .name = POLICY_NAME,
    .version = 1,
    .summary = "evict by age",
    .paper = "none",
    .deviations = "",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
