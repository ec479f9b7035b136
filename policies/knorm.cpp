// K-norm: evict the row whose key is longest. Keys of small norm tend to receive much attention.
//
// Paper: Devoto et al., A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression,
// arXiv:2406.11430. RoPE turns keys and leaves their norms, so it does not matter where it is
// applied. Deviation: the paper leaves the first two layers as they are; here all are held to k.

#include <cmath>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Knorm final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.keys = true, .memory = 1}; }

  /// A key never changes, so that its norm is taken once: when its row is the newest.
  void observe(const StepView& step) const override {
    float sum = 0.0F;
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      const auto key = step.key(head, step.rows() - 1);
      sum += std::sqrt(dot(key, key));
    }
    step.memory().back() = sum / static_cast<float>(step.kv_heads());
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto norms = step.memory();
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = -norms[row];
    }
  }

  /// In the first layer all keys of one token have the same norm but for rounding.
  float tie_tolerance() const override { return kRounding; }

 private:
  static constexpr float kRounding = 0x1p-16F;
};

const PolicyRegistration<Knorm> kRegistration{{
    .name = "knorm",
    .display_name = "Knorm",
    .version = 2,
    .summary = "evict the row whose key has the largest norm",
    .paper = "Devoto et al. 2024, arXiv:2406.11430",
    .deviations =
        "all layers are compressed, where the authors leave the first two whole (here `policy: "
        "{layers: {0-1: full, 2-: knorm}}`); eviction begins at k rows, where their code begins "
        "at 2,048; norms within 2^-16 of the largest tie with it, and the oldest row is evicted",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
