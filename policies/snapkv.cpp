// SnapKV: evict the row that the newest queries attend to least, attention being smoothed over
// neighbouring rows so that what stands beside an important row stays with it.
//
// Paper: Li et al., SnapKV: LLM Knows What You are Looking for Before Generation, arXiv:2404.14469.
// Published for prompts: with `prompt: one_shot`, `after_prompt: keep` and `recent` equal to
// `window` this is the paper's cut (window 32, kernel 5, average, as in the authors' code), and
// nothing else is evicted. At any other step the window is that of the newest tokens.

#include <algorithm>
#include <cmath>

#include "multistate/policy/attention_window.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

enum class Pooling { kAverage, kMaximum };

class SnapKv final : public ScoringPolicy, public PromptPolicy {
 public:
  struct Options {
    int64_t window = 32;
    int64_t kernel = 5;
    Pooling pooling = Pooling::kAverage;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 1024}, "newest queries whose attention counts");
      v("kernel", kernel, {1, 1023}, "neighbouring rows that attention is smoothed over");
      v.choice("pooling", pooling, {{"average", Pooling::kAverage}, {"maximum", Pooling::kMaximum}},
               "how it is smoothed");
    }
  };

  explicit SnapKv(const Options& options)
      : window_(options.window), reach_(options.kernel / 2), pooling_(options.pooling) {}

  Needs needs() const override {
    return {.attention = true,
            .prompt_queries = window_.size(),
            .memory = window_.size(),
            .scratch = 2};
  }

  void observe(const StepView& step) const override { window_.record(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto sums = step.scratch(0);
    const auto packed = step.scratch(1);
    window_.sum(step, sums);
    for (float& sum : sums) {
      sum /= static_cast<float>(window_.size());
    }
    // Neighbours are rows that are still there; those of the window's own queries are none.
    size_t count = 0;
    const int64_t old = std::max<int64_t>(step.live_rows() - window_.size(), 0);
    for (int64_t row = 0; row < step.rows(); ++row) {
      if (step.live(row)) {
        packed[count] = static_cast<int64_t>(count) < old ? sums[static_cast<size_t>(row)] : 0.0F;
        ++count;
      }
    }
    int64_t place = 0;
    for (int64_t row = 0; row < step.rows(); ++row) {
      if (step.live(row)) {
        scores[static_cast<size_t>(row)] =
            place < old ? pooled(packed.first(count), place) : sums[static_cast<size_t>(row)];
        ++place;
      }
    }
  }

  /// What the window's queries give, smoothed for each head before the mean over the heads is
  /// taken. Their own rows come first.
  void score_prompt(const PromptView& prompt, std::span<float> scores) const override {
    const auto sums = prompt.scratch(0);
    const auto old = std::max<int64_t>(prompt.rows() - window_.size(), 0);
    const auto parts = static_cast<float>(prompt.heads() * std::max<int64_t>(prompt.queries(), 1));
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < prompt.heads(); ++head) {
      std::fill(sums.begin(), sums.end(), 0.0F);
      for (int64_t index = 0; index < prompt.queries(); ++index) {
        add_scaled(1.0F, prompt.prompt_attention(head, index), sums);
      }
      for (int64_t row = 0; row < old; ++row) {
        scores[static_cast<size_t>(row)] +=
            pooled(sums.first(static_cast<size_t>(old)), row) / parts;
      }
    }
    const float most = *std::max_element(scores.begin(), scores.end());
    std::fill(scores.begin() + old, scores.end(), most);
  }

 private:
  float pooled(std::span<const float> sums, int64_t place) const {
    const auto first = static_cast<size_t>(std::max<int64_t>(place - reach_, 0));
    const auto end = std::min(static_cast<size_t>(place + reach_ + 1), sums.size());
    float sum = 0.0F;
    float largest = 0.0F;
    for (size_t i = first; i < end; ++i) {
      sum += sums[i];
      largest = std::max(largest, sums[i]);
    }
    return pooling_ == Pooling::kMaximum ? largest : sum / static_cast<float>(2 * reach_ + 1);
  }

  AttentionWindow window_;
  int64_t reach_;
  Pooling pooling_;
};

const PolicyRegistration<SnapKv> kRegistration{{
    .name = "snapkv",
    .display_name = "SnapKV",
    .version = 2,
    .summary = "evict the row that the newest queries attend to least, smoothed over neighbours",
    .paper = "Li et al. 2024, arXiv:2404.14469",
    .deviations = "evicts at every step, where the paper cuts a prompt once (`prompt: one_shot, "
                  "after_prompt: keep`); the heads of a group share one score, their mean, where "
                  "the authors' code scores every query head; at steps it is taken before it is "
                  "smoothed",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
