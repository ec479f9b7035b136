// VaSE: keep the rows whose values have the widest range, and a random sample of the others,
// weighted by the attention of the newest queries.
//
// Paper: Chang et al., Value-Aware Stochastic KV Cache Eviction for Reasoning Models,
// arXiv:2606.03928, and the authors' code (range_sink_sample_attn): a quarter of the rows, sinks
// included, stays for max(v) - min(v); the rest is drawn without replacement in proportion to the
// attention that the newest queries give to the rows before the recent ones, smoothed over 5 rows.

#include <algorithm>
#include <cmath>

#include "multistate/policy/query_window.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Vase final : public ScoringPolicy {
 public:
  struct Options {
    int64_t window = 32;
    int64_t kernel = 5;
    RowCount widest = {0.25};

    void visit(OptionVisitor& v) {
      v("window", window, {1, 1024}, "newest queries whose attention counts");
      v("kernel", kernel, {1, 1023}, "neighbouring rows that attention is smoothed over");
      v("widest", widest, "rows that stay for the range of their values, sinks included");
    }
  };

  explicit Vase(const Options& options)
      : window_(options.window), reach_(options.kernel / 2), widest_(options.widest) {}

  Needs needs() const override {
    return {.query = true,
            .keys = true,
            .values = true,
            .random = true,
            .head_memory = window_.size(),
            .scratch = 3};
  }

  void observe(const StepView& step) const override { window_.record(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.scratch(0);
    const auto widest = step.scratch(1);
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      scores[static_cast<size_t>(row)] = range(step, row);
    }
    const int64_t count = widest_.rows(step.state_size()) - step.sinks();
    mark_largest(step, scores, count, step.scratch(2), widest);
    std::fill(received.begin(), received.end(), 0.0F);
    for (int64_t head = 0; head < step.heads(); ++head) {
      window_.add_attention(step, head, head + 1, step.heads(), step.scratch(2), received);
    }
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const auto slot = static_cast<size_t>(row);
      if (step.live(row)) {
        scores[slot] = widest[slot] > 0.0F
                           ? kAbove + scores[slot]
                           : std::log(smoothed(step, received, row)) + gumbel_noise(step, row);
      }
    }
  }

 private:
  /// Of a row's value, summed over key/value heads.
  static float range(const StepView& step, int64_t row) {
    float sum = 0.0F;
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      const auto value = step.value(head, row);
      const auto [least, largest] = std::minmax_element(value.begin(), value.end());
      sum += *largest - *least;
    }
    return sum;
  }

  float smoothed(const StepView& step, std::span<const float> received, int64_t row) const {
    float sum = received[static_cast<size_t>(row)];
    for_neighbours(step, row, reach_, step.end_candidates(),
                   [&](int64_t i) { sum += received[static_cast<size_t>(i)]; });
    const float mean = sum / static_cast<float>(2 * reach_ + 1);
    return mean < kSmallest ? kSmallest : mean;  // NaN stays.
  }

  static constexpr float kSmallest = 1e-30F;
  static constexpr float kAbove = 1e3F;  ///< All noise.

  QueryWindow window_;
  int64_t reach_;
  RowCount widest_;
};

const PolicyRegistration<Vase> kRegistration{{
    .name = "vase",
    .display_name = "VaSE",
    .version = 1,
    .summary = "keep the rows whose values have the widest range, and of the rest a random sample "
               "weighted by attention",
    .paper = "Chang et al. 2026, arXiv:2606.03928",
    .deviations =
        "the newest 32 queries and rows count, and rows are evicted every 32 steps, where the "
        "authors have 64 and a cache of 4,096 rows; a prompt is read token by token, where their "
        "code does not evict before the first token is generated (here `prompt: one_shot`)",
    .defaults = {.sinks = 4, .recent = {int64_t{32}}, .scope = Scope::kKvHead, .every = 32},
}};

}  // namespace
}  // namespace multistate
