// A2SF (Accumulative Attention Score with Forgetting factor): H2O's sum of attention in which older
// attention counts less and less, so that rows that came early have no head start.
//
// Paper: Jo and Shin, A2SF: Accumulative Attention Scoring with Forgetting Factor for Token Pruning
// in Transformer Decoder, arXiv:2407.20485, equation 5. With decay 0 it is TOVA by head, with decay
// 1 H2O. Deviation: heads that share keys and values share one score, the mean over them.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class A2sf final : public ScoringPolicy {
 public:
  struct Options {
    double decay = 0.95;

    void visit(OptionVisitor& v) {
      v("decay", decay, {0.0, 1.0}, "share of a row's score that is left after a step");
    }
  };

  explicit A2sf(const Options& options) : decay_(static_cast<float>(options.decay)) {}

  Needs needs() const override { return {.attention = true, .memory = 1, .scratch = 1}; }

  void observe(const StepView& step) const override {
    const auto received = step.memory();
    const auto now = step.scratch();
    mean_attention(step, now);
    for (size_t row = 0; row < received.size(); ++row) {
      received[row] = decay_ * received[row] + now[row];
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    std::copy(received.begin(), received.end(), scores.begin());
  }

 private:
  float decay_;
};

const PolicyRegistration<A2sf> kRegistration{{
    .name = "a2sf",
    .display_name = "A2SF",
    .version = 1,
    .summary = "evict the row that received the least attention, old attention counting less",
    .paper = "Jo and Shin 2024, arXiv:2407.20485",
    .deviations = "the heads of a group with grouped-query attention share one score, their mean; "
                  "the decay is 0.95 for every model, where the paper tunes it; the newest 16 rows "
                  "are protected, as in the authors' code",
    .defaults = {.recent = {int64_t{16}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
