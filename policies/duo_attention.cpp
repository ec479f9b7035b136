// DuoAttention: heads that look far back keep what they can; the others keep the first tokens and
// the newest ones. Which are which follows from a calibration: the attention of a head's mean query
// to its mean key at every distance says how far back the head looks.
//
// Paper: Xiao et al., DuoAttention: Efficient Long-Context LLM Inference with Retrieval and
// Streaming Heads, arXiv:2410.10819. The authors train a gate a head; the guess is that of kvpress
// (DuoAttentionPress with on_the_fly_scoring): the area under the attention of the mean query,
// summed from the oldest of 500 equal keys to the newest.

#include <algorithm>
#include <cmath>

#include "multistate/policy/head_reach.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class DuoAttention final : public PooledPolicy {
 public:
  struct Options {
    double streaming = 0.5;
    RowCount window = {0.25};

    void visit(OptionVisitor& v) {
      v("streaming", streaming, {0.0, 1.0}, "share of a layer's key/value heads that stream");
      v("window", window, "newest rows that a head which streams keeps beside the sinks");
    }
  };

  explicit DuoAttention(const Options& options) : options_(options) {}

  Needs needs() const override { return {.calibration = true, .set_memory = 2}; }

  std::string problem_with(int64_t k, int64_t sinks) const override {
    return sinks + options_.window.rows(k) < k
               ? ""
               : "the sinks and the window of heads that stream must be less than the state size";
  }

  void evict_pooled(std::span<const StepView> sets, std::span<const std::span<float>> /*scratch*/,
                    std::span<Evictions> evictions) const override {
    for (const StepView& set : sets) {
      if (set.set_memory(kScore) == 0.0F) {
        set.set_memory(kScore) = head_reach(set);
      }
      set.set_memory(kRows) = static_cast<float>(set.live_rows());
    }
    for (int64_t excess = excess_of(sets); excess > 0; --excess) {
      const size_t chosen = head_that_gives(sets, evictions);
      evictions[chosen].add(oldest_candidate(sets[chosen], evictions[chosen]));
      sets[chosen].set_memory(kRows) -= 1.0F;
    }
  }

 private:
  static constexpr int64_t kScore = 0;  ///< head_reach(); 0 until it is known.
  static constexpr int64_t kRows = 1;   ///< That are left in this step.
  static constexpr int64_t kNone = -1;

  static int64_t excess_of(std::span<const StepView> sets) {
    const auto count = static_cast<int64_t>(sets.size());
    int64_t live = 0;
    for (const StepView& set : sets) {
      live += set.live_rows();
    }
    const int64_t capacity = sets.front().capacity();
    const bool full = capacity != kUnlimitedRows && live > count * capacity;
    return full ? live - count * sets.front().state_size() : 0;
  }

  /// Whether the head is one of those that look back least.
  bool streams(std::span<const StepView> sets, size_t head) const {
    const float own = sets[head].set_memory(kScore);
    int64_t before = 0;
    for (size_t other = 0; other < sets.size(); ++other) {
      const float score = sets[other].set_memory(kScore);
      before += score < own || (score == own && other < head) ? 1 : 0;
    }
    return before < std::llround(options_.streaming * static_cast<double>(sets.size()));
  }

  /// One that streams and has more than its sinks and its window, the one with the most rows; where
  /// there is none, any other with rows to evict.
  size_t head_that_gives(std::span<const StepView> sets,
                         std::span<const Evictions> evictions) const {
    size_t chosen = sets.size();
    float most = -1.0F;
    for (size_t head = 0; head < sets.size(); ++head) {
      const StepView& set = sets[head];
      const auto least = static_cast<float>(set.sinks() + options_.window.rows(set.state_size()));
      const float rows = set.set_memory(kRows);
      const bool first = streams(sets, head) && rows > least;
      const float rank = rows + (first ? kApart : 0.0F);
      if (rank > most && oldest_candidate(set, evictions[head]) != kNone) {
        chosen = head;
        most = rank;
      }
    }
    return chosen;
  }

  /// That is not named yet; all that are older are.
  static int64_t oldest_candidate(const StepView& set, const Evictions& named) {
    int64_t row = named.rows().empty() ? set.first_candidate() : named.rows().back() + 1;
    while (row < set.end_candidates() && !set.live(row)) {
      ++row;
    }
    return row < set.end_candidates() ? row : kNone;
  }

  static constexpr float kApart = 0x1p22F;  ///< More rows than there are.
  Options options_;
};

const PolicyRegistration<DuoAttention> kRegistration{{
    .name = "duo_attention",
    .display_name = "DuoAttention (guessed heads)",
    .version = 1,
    .summary = "heads that look far back keep more rows, the others the first and the newest",
    .paper = "Xiao et al. 2024, arXiv:2410.10819",
    .deviations =
        "which heads stream is guessed from mean queries and keys, as kvpress can, where the "
        "authors train a gate a head; the guess is of means over all of the text, in kvpress of "
        "scores of 50 texts; the same share streams in every layer, where the authors rank all "
        "heads, so that a layer with one head is like `streaming`; the other heads share what rows "
        "are left and keep the first and the newest of them, where the authors' keep all",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
