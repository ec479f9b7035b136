// Leverage: of a prompt, keep the rows whose keys stand apart from the others: those with the
// largest statistical leverage, found approximately after a random projection.
//
// Paper: Chari and Van Durme, Compactor: Calibrated Query-Agnostic KV Cache Compression with
// Approximate Leverage Scores, arXiv:2507.08143, of which this is the part that looks at keys only;
// as kvpress has it (LeverageScorePress, by the authors). As published, heads of 128 elements are
// projected to 48. Scores whole prompts only.

#include <algorithm>

#include "multistate/policy/key_leverage.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Leverage final : public PromptPolicy {
 public:
  struct Options {
    double sketch = 0.375;

    void visit(OptionVisitor& v) {
      v("sketch", sketch, {1e-3, 1.0},
        "dimensions that keys are projected to, as a share of theirs");
    }
  };

  explicit Leverage(const Options& options) : sketch_(options.sketch) {}

  Needs needs() const override { return {.keys = true, .random = true, .scratch = 1}; }

  void score_prompt(const PromptView& prompt, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < prompt.kv_heads(); ++head) {
      find_key_leverage(prompt, head, sketch_, 0, prompt.scratch());
      add_scaled(1.0F, prompt.scratch(), scores);
    }
  }

 private:
  double sketch_;
};

const PolicyRegistration<Leverage> kRegistration{{
    .name = "leverage",
    .display_name = "Leverage scores",
    .version = 1,
    .summary = "of a prompt, keep the rows whose keys before RoPE stand apart from the others",
    .paper = "Chari and Van Durme 2025, arXiv:2507.08143",
    .deviations =
        "leverage is among all rows of the prompt, as in kvpress, where the authors' "
        "engine takes 512 at a time; keys are projected to a share of their dimensions, where "
        "both take 48 of any number; a scope of several key/value heads adds up their "
        "scores",
    .defaults = {.scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
