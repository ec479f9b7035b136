// SepLLM: keep the first tokens, the newest ones, and of those in between the separators: what
// stands for a segment of text is the separator behind it. When the cache is full, all other tokens
// go at once, and the oldest separators where there are too many.
//
// Paper: Chen et al., SepLLM: Accelerate Large Language Models by Compressing One Segment into One
// Separator, arXiv:2412.12094, and the authors' streaming code. Their cache of c tokens is k, their
// local window of w tokens is `recent`, and their room for s separators is `separators`; the shares
// are those of a4_s128_w256_c512.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class SepLlm final : public EvictingPolicy {
 public:
  struct Options {
    RowCount separators = {0.25};

    void visit(OptionVisitor& v) {
      v("separators", separators, "separators that stay besides the protected tokens");
    }
  };

  explicit SepLlm(const Options& options) : separators_(options.separators) {}

  Needs needs() const override { return {.token_kinds = true}; }

  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    if (step.excess() == 0) {
      return;
    }
    int64_t candidates = 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      candidates += step.candidate(row) ? 1 : 0;
    }
    // Protected tokens may leave less room than there is for separators.
    int64_t room = std::min(separators_.rows(step.state_size()), candidates - step.excess());
    for (int64_t row = step.end_candidates() - 1; row >= step.first_candidate(); --row) {
      if (!step.candidate(row)) {
        continue;
      }
      if (step.token_kind(row) == TokenKind::kSeparator && room > 0) {
        --room;
      } else {
        evictions.add(row);
      }
    }
  }

 private:
  RowCount separators_;
};

const PolicyRegistration<SepLlm> kRegistration{{
    .name = "sepllm",
    .display_name = "SepLLM",
    .version = 1,
    .summary = "keep the first tokens, the most recent ones and the separators in between",
    .paper = "Chen et al. 2024, arXiv:2412.12094",
    .deviations =
        "a separator is every token of punctuation and blanks only, where the authors list the "
        "ids of some by model; keys keep their original positions unless `positions: in_cache`, "
        "which is what their code does",
    .defaults = {.sinks = 4, .recent = {0.5}},
}};

}  // namespace
}  // namespace multistate
