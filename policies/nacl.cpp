// NACL: keep the rows that the newest tokens attend to most, and of the others a random sample, so
// that attention which is biased decides less. The more attention, the likelier a row is drawn.
//
// Paper: Chen et al., NACL: A General and Effective KV Cache Eviction Framework for LLMs at
// Inference Time, ACL 2024, arXiv:2408.03675, and the authors' code: scores are the attention of
// the last tokens of the prompt, the proxies, summed; 12 of 19 rows are kept by them and 7 of 19
// drawn from the rest without replacement, in proportion to exp(score).

#include "multistate/policy/attention_window.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"

namespace multistate {
namespace {

class Nacl final : public ScoringPolicy {
 public:
  struct Options {
    int64_t proxies = 16;
    double drawn = 7.0 / 19.0;

    void visit(OptionVisitor& v) {
      v("proxies", proxies, {1, 1024}, "newest tokens whose attention counts");
      v("drawn", drawn, {0.0, 1.0}, "share of the unprotected rows that stay which is drawn");
    }
  };

  explicit Nacl(const Options& options) : proxies_(options.proxies), drawn_(options.drawn) {}

  Needs needs() const override {
    return {.attention = true, .random = true, .memory = proxies_.size(), .scratch = 2};
  }

  void observe(const StepView& step) const override { proxies_.record(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    int64_t staying = -step.excess();
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      staying += step.candidate(row) ? 1 : 0;
    }
    const auto drawn = static_cast<int64_t>(drawn_ * static_cast<double>(staying));
    const auto best = step.scratch(0);
    proxies_.sum(step, scores);
    mark_largest(step, scores, staying - drawn, step.scratch(1), best);
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.candidate(row)) {
        scores[static_cast<size_t>(row)] +=
            best[static_cast<size_t>(row)] > 0.0F ? kAbove : gumbel_noise(step, row);
      }
    }
  }

 private:
  static constexpr float kAbove = 1e6F;  ///< All noise.

  AttentionWindow proxies_;
  double drawn_;
};

const PolicyRegistration<Nacl> kRegistration{{
    .name = "nacl",
    .display_name = "NACL",
    .version = 1,
    .summary = "keep what the newest tokens attend to, and a random sample of the rest",
    .paper = "Chen et al. 2024, arXiv:2408.03675",
    .deviations =
        "evicts at every step and after the prompt, too, where the paper cuts a prompt once "
        "(`prompt: one_shot`): of the rows that are not kept by attention one is drawn to go; "
        "the number of proxies is fixed, where theirs is 1 % of the prompt, and they see no "
        "later tokens; 4 sinks and 5 % of k recent rows are protected, where the authors' code "
        "protects 256 sinks and in all 1 % of the prompt; the heads of a group share one score, "
        "their mean",
    .defaults = {.sinks = 4, .recent = {0.05}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
