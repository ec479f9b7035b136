// WeightedKV: evict the row with the least mean attention, and merge its value into the row that
// follows: both values, weighted by the mean attention of each. Its key is lost.
//
// Paper: Yuan et al., WeightedKV: Attention Scores Weighted Key-Value Cache Merging for Large
// Language Models, arXiv:2503.01330. Which neighbour takes the value in is our reading of it.

#include <cmath>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class WeightedKv final : public ScoringPolicy, public MergingPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1, .scratch = 1}; }

  void observe(const StepView& step) const override {
    const auto sums = step.memory();
    const auto now = step.scratch();
    mean_attention(step, now);
    for (size_t row = 0; row < sums.size(); ++row) {
      sums[row] += now[row];
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = 0; row < step.rows(); ++row) {
      scores[static_cast<size_t>(row)] = mean(step, row);
    }
  }

  /// In order of position, so that a row which goes hands on what it has taken in.
  void merge(const StepView& step, std::span<const int64_t> rows,
             RowEditor& editor) const override {
    for (const int64_t row : rows) {
      const int64_t next = row + 1;
      const float own = mean(step, row);
      const float total = own + (next < step.rows() ? mean(step, next) : 0.0F);
      if (next == step.rows() || total == 0.0F) {
        continue;
      }
      for (int64_t head = 0; head < step.kv_heads(); ++head) {
        const auto from = editor.value(head, row);
        const auto into = editor.value(head, next);
        for (size_t i = 0; i < into.size(); ++i) {
          into[i] += own / total * (from[i] - into[i]);
        }
      }
    }
  }

 private:
  static float mean(const StepView& step, int64_t row) {
    const auto slot = static_cast<size_t>(row);
    return step.memory()[slot] / static_cast<float>(step.step() - step.positions()[slot] + 1);
  }
};

const PolicyRegistration<WeightedKv> kRegistration{{
    .name = "weightedkv",
    .display_name = "WeightedKV",
    .version = 1,
    .summary = "merge the value of the row with the least mean attention into its neighbour's",
    .paper = "Yuan et al. 2025, arXiv:2503.01330",
    .deviations = "the value is merged into the row that follows; the paper does not say which "
                  "neighbour",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
