// Keyformer: H2O's sum of attention, with noise on the logits and a temperature that rises, so that
// rows which were lucky early do not stay for ever.
//
// Paper: Adnan et al., Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient
// Generative Inference, arXiv:2403.09054, equations 7 to 10: softmax((logits + Gumbel noise) /
// tau), summed over steps; tau goes from 1 to 2 over the text that is generated. Here it rises by
// `rise` a step up to 2.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Keyformer final : public ScoringPolicy {
 public:
  struct Options {
    double rise = 0.001;

    void visit(OptionVisitor& v) {
      v("rise", rise, {0.0, 1.0}, "what a step adds to the temperature, which goes from 1 to 2");
    }
  };

  explicit Keyformer(const Options& options) : rise_(options.rise) {}

  Needs needs() const override {
    return {.attention = true, .random = true, .memory = 1, .scratch = 1};
  }

  void observe(const StepView& step) const override {
    const double temperature = std::min(1.0 + rise_ * static_cast<double>(step.step()), 2.0);
    for (int64_t head = 0; head < step.heads(); ++head) {
      add_noisy(step, head, static_cast<float>(1.0 / temperature));
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    std::copy(received.begin(), received.end(), scores.begin());
  }

 private:
  /// Attention weights are exp(logit) but for a factor that softmax removes, and so with Gumbel
  /// noise -ln(-ln u), u uniform: weight / -ln u is the exponential of the noisy logit.
  static void add_noisy(const StepView& step, int64_t head, float inverse_temperature) {
    const auto weights = step.attention(head);
    const auto noisy = step.scratch();
    float total = 0.0F;
    for (int64_t row = 0; row < step.rows(); ++row) {
      const auto slot = static_cast<size_t>(row);
      noisy[slot] = 0.0F;
      if (step.live(row)) {
        const double noise = -std::log(std::max(step.uniform(row, head), kSmallest));
        noisy[slot] = std::pow(weights[slot] / static_cast<float>(noise), inverse_temperature);
        total += noisy[slot];
      }
    }
    if (total == 0.0F) {
      return;
    }
    const auto received = step.memory();
    for (size_t row = 0; row < received.size(); ++row) {
      received[row] += noisy[row] / (total * static_cast<float>(step.heads()));
    }
  }

  static constexpr double kSmallest = 1e-300;

  double rise_;
};

const PolicyRegistration<Keyformer> kRegistration{{
    .name = "keyformer",
    .display_name = "Keyformer",
    .version = 2,
    .summary = "evict the row that received the least attention, with noise and rising temperature",
    .paper = "Adnan et al. 2024, arXiv:2403.09054",
    .deviations =
        "the temperature rises by a fixed step, since the length of a text is not known in "
        "advance; the heads of a group share one score, their mean; a prompt is read token "
        "by token, where the authors' code cuts it once (here `prompt: one_shot`); k is "
        "given, where the authors take 60 % of the prompt; a row that leaves the recent ones "
        "competes with the others, as in the paper, where the authors' code drops it",
    .defaults = {.recent = {0.3}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
