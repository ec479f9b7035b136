// Window: evict the oldest row, so that the most recent k remain.
//
// Paper: Beltagy et al., Longformer: The Long-Document Transformer, arXiv:2004.05150 (sliding
// window attention); "Window" in arXiv:2401.06104. With `sinks: i` it is that paper's Window+i.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Window final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = static_cast<float>(step.positions()[row] - step.step());
    }
  }
};

const PolicyRegistration<Window> kRegistration{{
    .name = "window",
    .version = 1,
    .summary = "evict the oldest row",
    .paper = "Beltagy et al. 2020, arXiv:2004.05150",
    .deviations = "the paper trains its models with the window and widens or dilates it in some "
                  "layers; here every layer of a model that was trained without one has the same "
                  "window",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
