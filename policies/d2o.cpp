// D2O: evict the row with the least accumulated attention, and merge it into the row with the most
// similar key, if that is similar enough.
//
// Paper: Wan et al., D2O: Dynamic Discriminative Operations for Efficient Long-Context Inference of
// Large Language Models, arXiv:2406.13035, and the authors' code. A row that goes has the cosine u
// of its key to the nearest key that stays. A threshold follows the mean of u over the rows that go
// in one step: half of it and half of what it was. Where u reaches it, key and value of the row
// that stays become the mean of its own and of u times those of each row merged into it.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class D2o final : public ScoringPolicy, public MergingPolicy {
 public:
  struct Options {
    double smoothing = 0.5;

    void visit(OptionVisitor& v) {
      v("smoothing", smoothing, {0.0, 1.0}, "share of the old threshold in the new one");
    }
  };

  explicit D2o(const Options& options) : smoothing_(static_cast<float>(options.smoothing)) {}

  Needs needs() const override {
    return {.attention = true, .memory = 1, .set_memory = 2, .scratch = 1};
  }

  void observe(const StepView& step) const override {
    const auto now = step.scratch();
    mean_attention(step, now);
    add_scaled(1.0F, now, step.memory());
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    std::copy(received.begin(), received.end(), scores.begin());
  }

  void merge(const StepView& step, std::span<const int64_t> rows,
             RowEditor& editor) const override {
    std::vector<Nearest> nearest;  // [head][row]
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      for (const int64_t row : rows) {
        nearest.push_back(nearest_of(step, rows, row, head, editor));
      }
    }
    std::vector<float> similarity(rows.size());  // Mean over heads.
    for (size_t i = 0; i < nearest.size(); ++i) {
      similarity[i % rows.size()] += nearest[i].cosine / static_cast<float>(step.kv_heads());
    }
    const float mean = std::accumulate(similarity.begin(), similarity.end(), 0.0F) /
                       static_cast<float>(rows.size());
    const float threshold = next_threshold(step, mean);
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      const auto merged = step.scratch();  // Rows that each row takes in.
      std::fill(merged.begin(), merged.end(), 0.0F);
      for (size_t i = 0; i < rows.size(); ++i) {
        if (similarity[i] >= threshold) {
          const Nearest& into = nearest[static_cast<size_t>(head) * rows.size() + i];
          add_scaled(into.cosine, editor.key(head, rows[i]), editor.key(head, into.row));
          add_scaled(into.cosine, editor.value(head, rows[i]), editor.value(head, into.row));
          merged[static_cast<size_t>(into.row)] += 1.0F;
        }
      }
      for (int64_t row = 0; row < step.rows(); ++row) {
        scale(1.0F / (1.0F + merged[static_cast<size_t>(row)]), editor.key(head, row));
        scale(1.0F / (1.0F + merged[static_cast<size_t>(row)]), editor.value(head, row));
      }
    }
  }

 private:
  struct Nearest {
    int64_t row = 0;
    float cosine = -INFINITY;
  };

  /// Of the rows that stay, that with the key most similar to the key of `row`.
  static Nearest nearest_of(const StepView& step, std::span<const int64_t> going, int64_t row,
                            int64_t head, RowEditor& editor) {
    const auto key = editor.key(head, row);
    Nearest best;
    for (int64_t other = 0; other < step.rows(); ++other) {
      if (step.live(other) && !std::binary_search(going.begin(), going.end(), other)) {
        const auto other_key = editor.key(head, other);
        const float cosine = dot(key, other_key) /
                             std::max(std::sqrt(dot(key, key) * dot(other_key, other_key)), 1e-30F);
        best = cosine > best.cosine ? Nearest{other, cosine} : best;
      }
    }
    return best;
  }

  float next_threshold(const StepView& step, float mean) const {
    float& threshold = step.set_memory(0);
    float& started = step.set_memory(1);
    threshold = started == 0.0F ? mean : smoothing_ * threshold + (1.0F - smoothing_) * mean;
    started = 1.0F;
    return threshold;
  }

  static void scale(float factor, std::span<float> x) {
    for (float& value : x) {
      value *= factor;
    }
  }

  float smoothing_;
};

const PolicyRegistration<D2o> kRegistration{{
    .name = "d2o",
    .display_name = "D2O",
    .version = 1,
    .summary =
        "merge the row with the least accumulated attention into the one with the nearest key",
    .paper = "Wan et al. 2024, arXiv:2406.13035",
    .deviations =
        "all layers keep k rows, where the authors' code gives a layer rows by the variance of "
        "its attention to the prompt and leaves the first two layers and the last one whole "
        "(`policy: {layers: ...}`); rows are merged with the weights of the authors' code, not "
        "those of the paper; every key/value head has a threshold of its own, where theirs is "
        "that of all heads (`scope: layer`), and the heads of a group share one score, their "
        "mean; a prompt is read token by token, where their code cuts it once (here `prompt: "
        "one_shot`)",
    .defaults = {.sinks = 4, .recent = {0.5}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
