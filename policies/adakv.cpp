// Ada-KV: key/value heads of a layer share one budget. The rows with the lowest scores go, in
// whichever head they are, so that heads whose attention is spread out keep more rows; every head
// keeps a part of its share whatever its scores.
//
// Paper: Feng et al., Ada-KV: Optimizing KV Cache Eviction by Adaptive Budget Allocation for
// Efficient LLM Inference, arXiv:2407.11550, algorithm 1. As in kvpress the part that is safe is
// taken out before heads compete; the authors' code mixes it into budgets afterwards. Published for
// prompts (`prompt: one_shot`) over SnapKV.

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "multistate/policy/base_scorer.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class AdaKv final : public ScoringPolicy {
 public:
  struct Options {
    BaseScorer base{"snapkv"};
    double safeguard = 0.2;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("safeguard", safeguard, {0.0, 1.0}, "share of k that every head keeps");
    }
  };

  explicit AdaKv(const Options& options)
      : base_(options.base.make()), safeguard_(RowCount{options.safeguard}) {}

  Needs needs() const override { return base_->needs() | Needs{.pools_heads = true}; }

  void observe(const StepView& step) const override { base_->observe(step); }
  void score(const StepView& step, std::span<float> scores) const override {
    base_->score(step, scores);
  }

  void evict_pooled(std::span<const StepView> sets, std::span<const std::span<float>> scratch,
                    std::span<Evictions> evictions) const override {
    for (const StepView& set : sets) {
      observe(set);
    }
    const int64_t excess = excess_of(sets);
    if (excess == 0) {
      return;
    }
    const int64_t safe = safeguard_.rows(sets.front().state_size());
    for (size_t i = 0; i < sets.size(); ++i) {
      score(sets[i], scratch[i]);
      const int64_t free = std::max<int64_t>(sets[i].live_rows() - safe, 0);
      evict_lowest(sets[i], scratch[i], std::min(free, excess), evictions[i]);
    }
    spare_highest(scratch, excess, evictions);
  }

 private:
  static int64_t excess_of(std::span<const StepView> sets) {
    int64_t live = 0;
    for (const StepView& set : sets) {
      live += set.live_rows();
    }
    const auto count = static_cast<int64_t>(sets.size());
    const int64_t capacity = sets.front().capacity();
    const bool full = capacity != kUnlimitedRows && live > count * capacity;
    return full ? live - count * sets.front().state_size() : 0;
  }

  /// Of the rows that the sets could give up, each set's lowest first, leaves the `excess` lowest.
  static void spare_highest(std::span<const std::span<float>> scores, int64_t excess,
                            std::span<Evictions> evictions) {
    int64_t named = 0;
    for (const Evictions& set : evictions) {
      named += static_cast<int64_t>(set.rows().size());
    }
    for (; named > excess; --named) {
      size_t highest = 0;
      float most = -INFINITY;
      for (size_t i = 0; i < evictions.size(); ++i) {
        const auto rows = std::as_const(evictions[i]).rows();
        if (!rows.empty() && scores[i][static_cast<size_t>(rows.back())] >= most) {
          highest = i;
          most = scores[i][static_cast<size_t>(rows.back())];
        }
      }
      evictions[highest].truncate(static_cast<int64_t>(evictions[highest].rows().size()) - 1);
    }
  }

  std::shared_ptr<const ScoringPolicy> base_;
  RowCount safeguard_;
};

const PolicyRegistration<AdaKv> kRegistration{{
    .name = "adakv",
    .version = 1,
    .summary = "evict the rows with the lowest scores of all heads of a layer",
    .paper = "Feng et al. 2024, arXiv:2407.11550",
    .deviations =
        "what every head keeps is taken out before heads compete (as in kvpress); evicts at "
        "every step, too, unless `prompt: one_shot`, and after the prompt",
    .over_base = true,
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
