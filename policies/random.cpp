// Random: evict a random row, each candidate with the same probability: the control of every
// comparison. What it reaches comes from protection, scope and the number of rows alone; a score is
// worth what it adds to a random choice under the same options.
//
// A control is matched to a policy by giving it the policy's values of the common options: `sinks`,
// `recent`, `scope`, `every`, `positions` and `prompt` all apply to it, and its draws go over the
// rows that these leave unprotected, for every set of rows by itself. The defaults are plain:
// nothing is protected, one set of rows a layer.
//
// Paper: none. The published control, random attention (arXiv:2609.03430), samples uniformly for
// each key/value head and protects the prompt and the newest 64 rows: here `scope: kv_head, recent:
// 64` and `sinks` equal to the length of the prompt, a number that is the same for all samples.
//
// Each eviction draws anew, a number that depends on seed, sample, layer, set of rows, step and row
// alone, so the order in which these are run changes nothing. Stepwise every row there leaves with
// the same probability at each step, and old rows become rare; with `prompt: one_shot` the cut
// keeps a uniform sample of the whole prompt, as the published control does.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class RandomEviction final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.random = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.live(row)) {
        scores[static_cast<size_t>(row)] = static_cast<float>(step.uniform(row));
      }
    }
  }
};

const PolicyRegistration<RandomEviction> kRegistration{{
    .name = "random",
    .version = 2,
    .summary = "evict a row at random",
    .paper = "none: a control",
    .deviations = "",
    .role = Role::kControl,
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
