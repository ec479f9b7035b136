// Short context: no compression; when k rows are there, all go and the state starts anew. A text is
// seen as a row of pieces of k tokens that know nothing of each other.
//
// Paper: the baseline of Oren et al., arXiv:2401.06104 (section 5.1): the model evaluated on
// shorter inputs. The last token of a piece predicts the first of the next, so that every policy is
// measured on the same tokens.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class ShortContext final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    if (step.live_rows() < step.capacity()) {
      return;
    }
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.candidate(row)) {
        evictions.add(row);
      }
    }
  }
};

const PolicyRegistration<ShortContext> kRegistration{{
    .name = "short_context",
    .display_name = "short context",
    .version = 1,
    .summary = "no compression: the context is cut into pieces of k tokens",
    .paper = "Oren et al. 2024, arXiv:2401.06104 (baseline)",
    .deviations =
        "the paper does not say how it shortens inputs; here a text is cut into pieces of "
        "k tokens without overlap, and the last token of a piece predicts the first of the "
        "next",
    .role = Role::kBaseline,
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
