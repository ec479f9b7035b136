// KeyDiff: evict the row whose key is most like the others: the one with the largest cosine to the
// mean direction of all keys in the state.
//
// Paper: Park et al., KeyDiff: Key Similarity-Based KV Cache Eviction for Long-Context LLM
// Inference in Resource-Constrained Environments, arXiv:2504.15364, equation 6. Keys are taken
// after RoPE. The paper evicts after blocks of the prompt; here every token is a block unless
// `every` is set.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class KeyDiff final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.keys = true, .scratch = 1, .vectors = 1}; }

  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      subtract_cosines(step, head, scores);
    }
  }

  /// In the first layer the keys of one token differ by their rotation and by rounding only.
  float tie_tolerance() const override { return kRounding; }

 private:
  static constexpr float kRounding = 0x1p-16F;

  /// A key of length 0 has no direction and counts as orthogonal to all.
  static constexpr float kSmallestNorm = 1e-12F;

  static void subtract_cosines(const StepView& step, int64_t head, std::span<float> scores) {
    const auto norms = step.scratch();
    const auto anchor = step.vector();
    std::fill(anchor.begin(), anchor.end(), 0.0F);
    for (int64_t row = 0; row < step.rows(); ++row) {
      if (step.live(row)) {
        const auto key = step.key(head, row);
        norms[static_cast<size_t>(row)] = std::max(std::sqrt(dot(key, key)), kSmallestNorm);
        add_scaled(1.0F / norms[static_cast<size_t>(row)], key, anchor);
      }
    }
    const float length = std::max(std::sqrt(dot(anchor, anchor)), kSmallestNorm);
    for (int64_t row = 0; row < step.rows(); ++row) {
      if (step.live(row)) {
        const auto slot = static_cast<size_t>(row);
        scores[slot] -= dot(step.key(head, row), anchor) / (norms[slot] * length);
      }
    }
  }
};

const PolicyRegistration<KeyDiff> kRegistration{{
    .name = "keydiff",
    .display_name = "KeyDiff",
    .version = 2,
    .summary = "evict the row whose key is most like the others",
    .paper = "Park et al. 2025, arXiv:2504.15364",
    .deviations =
        "rows are evicted after every token unless `every` is set, where the paper reads a "
        "prompt in blocks; keys are taken after RoPE, as in kvpress; cosines within 2^-16 "
        "of the highest tie with it, and the oldest row is evicted",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
