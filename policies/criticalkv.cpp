// CriticalKV: half of the budget goes to the rows with the highest scores of a base policy, the
// rest to those where score times length of the value is highest: a row whose value is long once it
// is projected moves the output more.
//
// Paper: Feng et al., Identify Critical KV Cache in LLM Inference from an Output Perturbation
// Perspective, arXiv:2502.03805, algorithm 1: lengths are L1 norms after the output projection.
// With the defaults of kvpress, which is by the authors: half of the budget, 1e-4 on each score.
// Published for prompts (`prompt: one_shot`, `after_prompt: keep`) over SnapKV.

#include <algorithm>
#include <limits>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"

namespace multistate {
namespace {

class CriticalKv final : public PolicyOverBase, public RescoringPolicy {
 public:
  struct Options {
    BasePolicy base{"snapkv", BaseKind::kAnyScores};
    double first = 0.5;
    double epsilon = 1e-4;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("first", first, {0.0, 1.0}, "share of the rows that are kept by the base's scores alone");
      v("epsilon", epsilon, {0.0, 1.0}, "what is added to each score before the product");
    }
  };

  explicit CriticalKv(const Options& options)
      : PolicyOverBase(options.base),
        base_needs_(base().needs()),
        first_(RowCount{options.first}),
        epsilon_(static_cast<float>(options.epsilon)) {}

  Needs needs() const override { return base_needs_ | Needs{.value_norms = true, .scratch = 2}; }

  void rescore(const StepView& step, std::span<float> scores) const override {
    const auto norms = step.value_norms();
    const auto sorted = step.scratch(base_needs_.scratch);
    const auto is_first = step.scratch(base_needs_.scratch + 1);
    const int64_t count = first_.rows(step.state_size()) - protected_rows(step);
    mark_largest(step, scores, count, sorted, is_first);
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = is_first[row] > 0.0F ? std::numeric_limits<float>::max()
                                         : (scores[row] + epsilon_) * norms[row];
    }
  }

 private:
  /// They are kept anyway, and count as kept by their scores.
  static int64_t protected_rows(const StepView& step) {
    int64_t rows = step.live_rows();
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      rows -= step.candidate(row) ? 1 : 0;
    }
    return rows;
  }

  Needs base_needs_;
  RowCount first_;
  float epsilon_;
};

const PolicyRegistration<CriticalKv> kRegistration{{
    .name = "criticalkv",
    .display_name = "CriticalKV",
    .version = 1,
    .summary = "half of the rows by a base's scores, half by scores times lengths of values",
    .paper = "Feng et al. 2025, arXiv:2502.03805",
    .deviations =
        "evicts at every step, where the paper cuts a prompt once (`prompt: one_shot, "
        "after_prompt: keep`); protected rows count as kept by their scores; what is added to each "
        "score is meant for those that sum to about 1 over the rows; the base has its own "
        "deviations",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
