// Q-Filters: evict the row whose key points least along the direction in which the model's queries
// are longest. A head's queries, after RoPE, lie mostly along one direction; what a key gets from
// it estimates the attention of all queries to come, before any is known.
//
// Paper: Godey et al., Q-Filters: Leveraging QK Geometry for Efficient KV Cache Compression,
// arXiv:2503.02812, section 3: score = <mean over the query heads of a group of the first right
// singular vectors of their queries, on the side of their mean; key after RoPE>.

#include <algorithm>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class QFilters final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.keys = true, .calibration = true, .memory = 1}; }

  /// A key stays what it is, and so do the directions: a row is scored when it is the newest.
  void observe(const StepView& step) const override {
    const int64_t group = step.heads() / step.kv_heads();
    float score = 0.0F;
    for (int64_t head = 0; head < step.heads(); ++head) {
      score += dot(step.calibrated_direction(head), step.key(head / group, step.rows() - 1));
    }
    step.memory().back() = score / static_cast<float>(group);
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto remembered = step.memory();
    std::copy(remembered.begin(), remembered.end(), scores.begin());
  }
};

const PolicyRegistration<QFilters> kRegistration{{
    .name = "qfilters",
    .display_name = "Q-Filters",
    .version = 1,
    .summary = "evict the row whose key points least along the model's usual queries",
    .paper = "Godey et al. 2025, arXiv:2503.02812",
    .deviations =
        "directions are on the side of the mean query, as in the paper, where the authors' code "
        "takes that of most queries; they are taken of all queries of the calibration text, of "
        "which their code draws 3,000; no newest rows are protected unless `recent` is set, in "
        "their example 64 of 128; a prompt is read token by token, where their code cuts it at "
        "once",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
