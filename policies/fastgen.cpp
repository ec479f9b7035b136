// FastGen: every head has a policy of its own, the one that keeps least of those that recover
// enough of its attention: special tokens; these and separators; these and the rows with the most
// accumulated attention; these and the newest rows; all.
//
// Paper: Ge et al., Model Tells You What to Discard: Adaptive KV Cache Compression for LLMs,
// arXiv:2310.01801, algorithms 1 and 2; defaults of AnswerDotAI/cold-compress (KVCacheHybrid), to
// which they point. A head chooses once, when the cache is full, by all attention until then.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

/// Each keeps what the one before does, and more.
enum Keeping : int { kUnknown, kSpecial, kSeparators, kFrequent, kLocal, kAll };

class FastGen final : public EvictingPolicy {
 public:
  struct Options {
    double recovered = 0.85;
    RowCount frequent = {0.3};
    RowCount local = {0.3};

    void visit(OptionVisitor& v) {
      v("recovered", recovered, {0.0, 1.0}, "share of its attention that a head's policy keeps");
      v("frequent", frequent, "rows that are kept for their attention");
      v("local", local, "newest rows that are kept");
    }
  };

  explicit FastGen(const Options& options) : options_(options) {}

  Needs needs() const override {
    return {.attention = true, .token_kinds = true, .memory = 2, .set_memory = 1, .scratch = 3};
  }

  void evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const override {
    observe(step);
    if (step.excess() == 0) {
      return;
    }
    float& keeping = step.set_memory();
    if (keeping == static_cast<float>(kUnknown)) {
      keeping = choose(step);
    }
    if (std::isnan(keeping)) {  // Scores like these stop the run.
      std::fill(scratch.begin(), scratch.end(), keeping);
      return evict_lowest(step, scratch, step.excess(), evictions);
    }
    mark_kept(step, static_cast<int>(keeping), step.scratch(1));
    evict_others(step, step.scratch(1), scratch, evictions);
  }

 private:
  /// Field 0: the attention that a row received; field 1: what it received as one of the newest.
  void observe(const StepView& step) const {
    const auto now = step.scratch(0);
    mean_attention(step, now);
    add_scaled(1.0F, now, step.memory(0));
    const auto local = static_cast<size_t>(first_local(step));
    add_scaled(1.0F, now.subspan(local), step.memory(1).subspan(local));
  }

  int64_t first_local(const StepView& step) const {
    int64_t row = step.rows();
    for (int64_t left = options_.local.rows(step.state_size()); left > 0 && row > 0;) {
      left -= step.live(--row) ? 1 : 0;
    }
    return row;
  }

  /// The first policy that keeps enough; NaN where attention is.
  float choose(const StepView& step) const {
    for (int keeping = kSpecial; keeping < kAll; ++keeping) {
      const auto kept = step.scratch(1);
      mark_kept(step, keeping, kept);
      float recovered = 0.0F;
      float total = 0.0F;
      for (size_t row = 0; row < kept.size(); ++row) {
        const float received = step.memory(0)[row];
        const float passing = keeping == kLocal ? step.memory(1)[row] : 0.0F;
        recovered += kept[row] > 0.0F ? received : passing;
        total += received;
      }
      if (!(recovered < static_cast<float>(options_.recovered) * total)) {
        return std::isnan(total) ? total : static_cast<float>(keeping);
      }
    }
    return kAll;
  }

  /// kept[row] [N] = 1 for rows that are protected or that the policy keeps.
  void mark_kept(const StepView& step, int keeping, std::span<float> kept) const {
    const int64_t local = keeping >= kLocal ? first_local(step) : step.rows();
    const auto values = step.scratch(0);
    int64_t count = keeping >= kFrequent ? options_.frequent.rows(step.state_size()) : 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const TokenKind kind = step.token_kind(row);
      const bool stays = row >= local || keeping == kAll || kind == TokenKind::kSpecial ||
                         (keeping >= kSeparators && kind == TokenKind::kSeparator);
      values[static_cast<size_t>(row)] = stays ? kApart : step.memory(0)[static_cast<size_t>(row)];
      count += stays && step.candidate(row) ? 1 : 0;
    }
    mark_largest(step, values, count, step.scratch(2), kept);
    for (int64_t row = 0; row < step.rows(); ++row) {
      const bool inside = row >= step.first_candidate() && row < step.end_candidates();
      kept[static_cast<size_t>(row)] += !inside || step.candidate(row) != step.live(row) ? 1.0F : 0;
    }
  }

  /// All rows that are not kept, or more: those with the least attention; the newest last.
  void evict_others(const StepView& step, std::span<const float> kept, std::span<float> scores,
                    Evictions& evictions) const {
    const int64_t local = first_local(step);
    int64_t others = 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const auto slot = static_cast<size_t>(row);
      const float lift = row >= local ? kApart : 0.0F;
      scores[slot] = step.memory(0)[slot] + (kept[slot] > 0.0F ? lift : -kApart);
      others += step.candidate(row) && kept[slot] == 0.0F ? 1 : 0;
    }
    evict_lowest(step, scores, std::max(others, step.excess()), evictions);
  }
  static constexpr float kApart = 1e6F;  ///< More than a row receives.
  Options options_;
};

const PolicyRegistration<FastGen> kRegistration{{
    .name = "fastgen",
    .display_name = "FastGen",
    .version = 1,
    .summary = "each head keeps what recovers its attention: special tokens, separators, ...",
    .paper = "Ge et al. 2023, arXiv:2310.01801",
    .deviations =
        "no head keeps more than k rows: where its policy does, the rows with the least "
        "accumulated attention go, the newest last; a head chooses when the cache is first full, "
        "where the paper does after the prompt (`prompt: one_shot`), and evicts when it is full, "
        "where the paper does at every token; frequent and newest rows are shares of k, in the "
        "paper of the text; separators are tokens of punctuation and blanks only; the heads of a "
        "group choose together, by their mean",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
