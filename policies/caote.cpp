// CAOTE (cache optimisation by attention output error): evict the row without which the output of
// attention changes least. Without row j the other weights grow by 1 / (1 - a_j), and the output X
// moves by a_j / (1 - a_j) * |X - v_j|.
//
// Paper: Goel et al., CAOTE: KV Cache Eviction Score Based on Attention Output Error,
// arXiv:2504.14051, equation 5. The weights a are the scores of a base policy, scaled to sum to 1;
// with `base: tova` they are the newest token's own, and the score is the exact change.

#include <cmath>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"
#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Caote final : public PolicyOverBase, public ScoringPolicy {
 public:
  struct Options {
    BasePolicy base{"tova"};

    void visit(OptionVisitor& v) { base.visit(v); }
  };

  explicit Caote(const Options& options)
      : PolicyOverBase(options.base), base_needs_(base().needs()) {}

  Needs needs() const override {
    return base_needs_ | Needs{.values = true, .scratch = 1, .vectors = 1};
  }

  void observe(const StepView& step) const override { base_faces().observe(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto weights = step.scratch(base_needs_.scratch);
    base_faces().score(step, weights);
    scale_to_one(step, weights);
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      add_changes(step, head, weights, scores);
    }
  }

 private:
  static void scale_to_one(const StepView& step, std::span<float> weights) {
    float total = 0.0F;
    for (int64_t row = 0; row < step.rows(); ++row) {
      const float weight = weights[static_cast<size_t>(row)];
      if (step.live(row) && !(weight >= 0.0F)) {
        throw PolicyError(
            Breach::kScore,
            fmt::format(
                "layer {}, step {}: the base's score of the row at position {} is {}; it takes one "
                "whose "
                "scores are 0 or more",
                step.layer(), step.step(), step.positions()[static_cast<size_t>(row)], weight));
      }
      total += step.live(row) ? weight : 0.0F;
    }
    for (float& weight : weights) {
      weight = total > 0.0F ? weight / total : 0.0F;
    }
  }

  void add_changes(const StepView& step, int64_t head, std::span<const float> weights,
                   std::span<float> scores) const {
    const auto output = step.vector(base_needs_.vectors);
    std::fill(output.begin(), output.end(), 0.0F);
    for (int64_t row = 0; row < step.rows(); ++row) {
      if (step.live(row)) {
        add_scaled(weights[static_cast<size_t>(row)], step.value(head, row), output);
      }
    }
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const float weight = weights[static_cast<size_t>(row)];
      const float distance = std::sqrt(squared_distance(output, step.value(head, row)));
      // A row that has all the weight leaves no output behind: nothing is worse.
      scores[static_cast<size_t>(row)] += weight * distance / std::max(1.0F - weight, kSmallest);
    }
  }

  static constexpr float kSmallest = 1e-6F;

  Needs base_needs_;
};

const PolicyRegistration<Caote> kRegistration{{
    .name = "caote",
    .display_name = "CAOTE",
    .version = 1,
    .summary = "evict the row without which the output of attention changes least",
    .paper = "Goel et al. 2025, arXiv:2504.14051",
    .deviations = "the heads of a group share the mean of their weights; rows are evicted after "
                  "every token unless `every` is set, where the paper reads a prompt in blocks of "
                  "128 tokens",
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
