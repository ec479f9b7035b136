// StreamingLLM: keep the first tokens ("attention sinks") and the most recent ones, evict the
// oldest in between. The number of sinks is the option `sinks`, 4 unless set.
//
// Paper: Xiao et al., Efficient Streaming Language Models with Attention Sinks, arXiv:2309.17453;
// "Window+4" in arXiv:2401.06104. Keys keep their original positions unless `positions: in_cache`,
// which numbers them anew in the state as StreamingLLM does.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Streaming final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    int64_t left = step.excess();
    for (int64_t row = step.first_candidate(); left > 0 && row < step.end_candidates(); ++row) {
      if (step.candidate(row)) {
        evictions.add(row);
        --left;
      }
    }
  }
};

const PolicyRegistration<Streaming> kRegistration{{
    .name = "streaming",
    .display_name = "StreamingLLM",
    .version = 1,
    .summary = "keep the first tokens and the most recent ones",
    .paper = "Xiao et al. 2023, arXiv:2309.17453",
    .deviations =
        "keys keep their original positions unless `positions: in_cache`, which is what "
        "the paper does; a prompt is read token by token, where the authors' code does not "
        "handle prompts longer than the cache",
    .defaults = {.sinks = 4},
}};

}  // namespace
}  // namespace multistate
