// TOVA (Token Omission Via Attention): evict the row that the newest token attends to least,
// averaged over heads.
//
// Paper: Oren et al., Transformers are Multi-State RNNs, arXiv:2401.06104, equation 9. The paper's
// choice is `scope: layer`; with `scope: kv_head` it is the head-wise variant of its appendix A.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Tova final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    mean_attention(step, scores);
  }
};

const PolicyRegistration<Tova> kRegistration{{
    .name = "tova",
    .display_name = "TOVA",
    .version = 1,
    .summary = "evict the row that the newest token attends to least",
    .paper = "Oren et al. 2024, arXiv:2401.06104",
    .deviations =
        "a prompt is read token by token, as equation 9 has it; the authors' code reads it "
        "with full attention and cuts it once, by its last token (here `prompt: "
        "one_shot`); weights are averaged in float32, in the authors' code in the model's "
        "precision",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
