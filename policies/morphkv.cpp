// MorphKV: evict the old row that the newest tokens attend to least. How much a token attends to
// old rows is taken as a whole: each has the same say about which of them matter.
//
// Paper: Ghadia et al., Dialogue Without Limits: Constant-Sized KV Caches for Extended Responses in
// LLMs, arXiv:2503.00979, section 3. Sum and maximum are its two ways to fuse what the tokens say.

#include <algorithm>

#include "multistate/policy/attention_window.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

enum class Fusion { kSum, kMaximum };

class MorphKv final : public ScoringPolicy {
 public:
  struct Options {
    int64_t window = 30;
    Fusion fusion = Fusion::kSum;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 1024}, "newest tokens that have a say");
      v.choice("fusion", fusion, {{"sum", Fusion::kSum}, {"maximum", Fusion::kMaximum}},
               "how what they say is put together");
    }
  };

  explicit MorphKv(const Options& options) : window_(options.window), fusion_(options.fusion) {}

  Needs needs() const override { return {.attention = true, .memory = window_.size()}; }

  void observe(const StepView& step) const override { window_.record(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t index = 0; index < window_.size(); ++index) {
      add(step, window_.weights(step, index), scores);
    }
  }

 private:
  /// Old rows are those that may be evicted.
  void add(const StepView& step, std::span<const float> weights, std::span<float> scores) const {
    float total = 0.0F;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      total += step.candidate(row) ? weights[static_cast<size_t>(row)] : 0.0F;
    }
    if (total == 0.0F) {
      return;
    }
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const auto slot = static_cast<size_t>(row);
      const float share = weights[slot] / total;
      scores[slot] = fusion_ == Fusion::kSum ? scores[slot] + share : std::max(scores[slot], share);
    }
  }

  AttentionWindow window_;
  Fusion fusion_;
};

const PolicyRegistration<MorphKv> kRegistration{{
    .name = "morphkv",
    .display_name = "MorphKV",
    .version = 1,
    .summary =
        "evict the old row that matters least to the newest tokens, each having the same say",
    .paper = "Ghadia et al. 2025, arXiv:2503.00979",
    .deviations = "the heads of a group share the mean of their weights, where the authors' code "
                  "adds up their logits; a prompt is read token by token unless `prompt: one_shot`",
    .defaults = {.recent = {int64_t{30}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
