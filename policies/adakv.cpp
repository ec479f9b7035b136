// Ada-KV: key/value heads of a layer share one budget. The rows with the lowest scores go, in
// whichever head they are, so that heads whose attention is spread out keep more rows; every head
// keeps a part of its share whatever its scores.
//
// Paper: Feng et al., Ada-KV: Optimizing KV Cache Eviction by Adaptive Budget Allocation for
// Efficient LLM Inference, arXiv:2407.11550, algorithm 1. As published, the safeguard is a share of
// the budget without the protected window. As in kvpress it is taken out before heads compete; the
// authors' code mixes it into the budgets afterwards. Published for prompts (`prompt: one_shot`,
// `after_prompt: keep`) over SnapKV.

#include <algorithm>
#include <cmath>
#include <utility>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class AdaKv final : public PolicyOverBase, public PooledPolicy {
 public:
  struct Options {
    BasePolicy base{"snapkv", BaseKind::kAnyScores};
    double safeguard = 0.2;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("safeguard", safeguard, {0.0, 1.0},
        "share of the rows beyond the protected ones that every head keeps");
    }
  };

  explicit AdaKv(const Options& options)
      : PolicyOverBase(options.base), safeguard_(RowCount{options.safeguard}) {}

  void evict_pooled(std::span<const StepView> sets, std::span<const std::span<float>> scratch,
                    std::span<Evictions> evictions) const override {
    for (const StepView& set : sets) {
      base_faces().observe(set);
    }
    const int64_t excess = excess_of(sets);
    if (excess == 0) {
      return;
    }
    base_faces().score(sets, scratch);
    for (size_t i = 0; i < sets.size(); ++i) {
      const int64_t free = std::max<int64_t>(sets[i].live_rows() - least_rows(sets[i]), 0);
      evict_lowest(sets[i], scratch[i], std::min(free, excess), evictions[i],
                   base_faces().tie_tolerance);
    }
    trim_to_excess(scratch, excess, evictions);
  }

 private:
  /// Rows that a head keeps whatever its scores: the protected ones, and beyond them its safeguard.
  int64_t least_rows(const StepView& set) const {
    int64_t guarded = set.live_rows();
    for (int64_t row = set.first_candidate(); row < set.end_candidates(); ++row) {
      guarded -= set.candidate(row) ? 1 : 0;
    }
    return guarded + safeguard_.rows(std::max<int64_t>(set.state_size() - guarded, 0));
  }

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

  /// Of the evictions named, each set's lowest score first, leaves the `excess` with the lowest.
  static void trim_to_excess(std::span<const std::span<float>> scores, int64_t excess,
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

  RowCount safeguard_;
};

const PolicyRegistration<AdaKv> kRegistration{{
    .name = "adakv",
    .display_name = "Ada-KV",
    .version = 2,
    .summary = "evict the rows with the lowest scores of all heads of a layer",
    .paper = "Feng et al. 2024, arXiv:2407.11550",
    .deviations =
        "the safeguard is taken out before heads compete, where the authors' code mixes it into "
        "the budgets afterwards (the floor of a head is the same); evicts at every step, "
        "where the paper cuts a prompt once (`prompt: one_shot, after_prompt: keep`); the base has "
        "SnapKV's deviations",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
