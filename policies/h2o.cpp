// H2O (Heavy-Hitter Oracle): evict the row that received the least attention so far, outside a
// window of recent rows.
//
// Paper: Zhang et al., H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large
// Language Models, arXiv:2306.14048. One set of rows a key/value head, and half of the state for
// recent rows, as there. Deviation: heads that share keys and values share one score, the mean over
// them.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class H2o final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  void observe(const StepView& step) const override {
    const auto received = step.memory();
    const float share = 1.0F / static_cast<float>(step.heads());
    for (int64_t head = 0; head < step.heads(); ++head) {
      const auto weights = step.attention(head);
      for (size_t row = 0; row < received.size(); ++row) {
        received[row] += share * weights[row];
      }
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    std::copy(received.begin(), received.end(), scores.begin());
  }
};

const PolicyRegistration<H2o> kRegistration{{
    .name = "h2o",
    .display_name = "H2O",
    .version = 1,
    .summary = "evict the row that received the least attention since it came, keep recent ones",
    .paper = "Zhang et al. 2023, arXiv:2306.14048",
    .deviations =
        "the heads of a group with grouped-query attention share one score, their mean; a "
        "prompt is read token by token, where the authors' code for generation reads it "
        "with full attention and cuts it once (here `prompt: one_shot`)",
    .defaults = {.recent = {0.5}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
