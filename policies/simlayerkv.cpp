// SimLayerKV: layers that look only at the first and the newest rows at the end of a prompt are
// lazy, and keep no others; the other layers share what rows that leaves them.
//
// Paper: Zhang et al., SimLayerKV: A Simple Framework for Layer-Level KV Cache Reduction,
// arXiv:2410.13846. A layer is lazy where the last token gives its first 4 and its newest rows more
// than `threshold` of its attention, mean over the heads. Which rows go is for a base policy to
// say.

#include <algorithm>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_shares.h"

namespace multistate {
namespace {

class SimLayerKv final : public PolicyOverBase, public MeasuredBudgets {
 public:
  struct Options {
    BasePolicy base{"streaming", BaseKind::kRows};
    double threshold = 0.9;
    int64_t initial = 4;
    RowCount newest = {0.25};

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("threshold", threshold, {0.0, 1.0}, "share of its attention above which a layer is lazy");
      v("initial", initial, {0, kLargestCount}, "first rows that a lazy layer looks at and keeps");
      v("newest", newest, "newest rows that it looks at and keeps");
    }
  };

  explicit SimLayerKv(const Options& options) : PolicyOverBase(options.base), options_(options) {}

  Needs needs() const override { return base().needs() | Needs{.attention = true}; }

  /// The layer's heads together, whichever sets they are in.
  void measure(std::span<const StepView> sets, std::span<float> measures) const override {
    float sum = 0.0F;
    for (const StepView& set : sets) {
      const int64_t rows = set.rows();
      const int64_t newest = options_.newest.rows(set.state_size());
      for (int64_t head = 0; head < set.heads(); ++head) {
        const auto weights = set.attention(head);
        for (int64_t row = 0; row < rows; ++row) {
          const bool is_near = row < options_.initial || row >= rows - newest;
          sum += is_near ? weights[static_cast<size_t>(row)] : 0.0F;
        }
      }
    }
    const auto heads = static_cast<float>(std::ssize(sets) * sets.front().heads());
    std::fill(measures.begin(), measures.end(), sum / heads);
  }

  void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                 std::span<int64_t> rows) const override {
    const auto is_lazy = [&](size_t set) {
      return static_cast<double>(measures[set]) > options_.threshold;
    };
    const int64_t few = std::max(options_.initial + options_.newest.rows(k), guarded + 1);
    share_with_few(k, few, is_lazy, rows);
  }

 private:
  Options options_;
};

const PolicyRegistration<SimLayerKv> kRegistration{{
    .name = "simlayerkv",
    .display_name = "SimLayerKV",
    .version = 1,
    .summary = "layers that look only at the first and newest rows keep no others",
    .paper = "Zhang et al. 2024, arXiv:2410.13846",
    .deviations =
        "layers that are not lazy share the rows that are left, where the authors' keep all; where "
        "all layers are lazy each keeps k rows; `newest` is a share of k, in their code 1,024 "
        "rows; a layer is measured by the last token of the prompt, as in kvpress, in their code "
        "by the first one after it",
    .defaults = {.sinks = 4, .prompt = Prompt::kOneShot, .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
