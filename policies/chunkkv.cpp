// ChunkKV: whole chunks of tokens that stand together stay or go. A chunk's score is the mean of
// the scores that a base policy gives its tokens.
//
// Paper: Liu et al., ChunkKV: Semantic-Preserving KV Cache Compression for Efficient Long-Context
// LLM Inference, arXiv:2502.00299, with chunks of 10 tokens and scores of the last queries; over
// any scores, as in kvpress. Chunks begin at the multiples of their size. Published for prompts
// (`prompt: one_shot`).

#include <limits>
#include <utility>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class ChunkKv final : public PolicyOverBase, public EvictingPolicy {
 public:
  struct Options {
    BasePolicy base{"snapkv"};
    int64_t size = 10;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("size", size, {1, 1 << 20}, "tokens of a chunk");
    }
  };

  explicit ChunkKv(const Options& options) : PolicyOverBase(options.base), size_(options.size) {}

  void evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const override {
    base_faces().observe(step);
    if (step.excess() == 0) {
      return;
    }
    base_faces().score(step, scratch);
    for (int64_t row = step.first_candidate(); row < step.end_candidates();) {
      row = take_mean(step, row, scratch);
    }
    for (int64_t left = step.excess(); left > 0;) {
      left -= evict_chunk(step, scratch, evictions);
    }
  }

 private:
  int64_t chunk_of(const StepView& step, int64_t row) const {
    return step.positions()[static_cast<size_t>(row)] / size_;
  }

  /// Gives the candidates of the chunk that begins at `row` the mean of their scores; where the
  /// next chunk begins.
  int64_t take_mean(const StepView& step, int64_t row, std::span<float> scores) const {
    float sum = 0.0F;
    int64_t count = 0;
    int64_t end = row;
    for (; end < step.end_candidates() && chunk_of(step, end) == chunk_of(step, row); ++end) {
      if (step.candidate(end)) {
        sum += scores[static_cast<size_t>(end)];
        ++count;
      }
    }
    for (int64_t i = row; i < end; ++i) {
      scores[static_cast<size_t>(i)] = sum / static_cast<float>(count);
    }
    return end;
  }

  /// The rows that go.
  int64_t evict_chunk(const StepView& step, std::span<float> scores, Evictions& evictions) const {
    evict_lowest(step, scores, 1, evictions, base_faces().tie_tolerance);
    const int64_t first = std::as_const(evictions).rows().back();
    scores[static_cast<size_t>(first)] = std::numeric_limits<float>::max();
    int64_t count = 1;
    for (int64_t row = first + 1;
         row < step.end_candidates() && chunk_of(step, row) == chunk_of(step, first); ++row) {
      if (step.candidate(row)) {
        evictions.add(row);
        scores[static_cast<size_t>(row)] = std::numeric_limits<float>::max();
        ++count;
      }
    }
    return count;
  }

  int64_t size_;
};

const PolicyRegistration<ChunkKv> kRegistration{{
    .name = "chunkkv",
    .display_name = "ChunkKV",
    .version = 1,
    .summary = "evict the chunk of tokens with the lowest mean score of a base policy",
    .paper = "Liu et al. 2025, arXiv:2502.00299",
    .deviations =
        "evicts a chunk whenever the cache is full, so that between k and k - 9 rows are there, "
        "where the paper cuts a prompt once (`prompt: one_shot`) to as many whole chunks as fit; "
        "layers do not share what they keep with the next; protected tokens do not count for "
        "their chunk; the base has its own deviations",
    .defaults = {.recent = {int64_t{32}}},
}};

}  // namespace
}  // namespace multistate
