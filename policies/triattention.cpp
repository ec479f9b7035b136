// TriAttention: evict the row that the model's usual queries will attend to least from where they
// will stand. Before RoPE the queries of a head lie close to their mean, so that the logit of a key
// follows from the distance alone, as a sum of cosines; what queries have beside their mean counts
// by the lengths of the key's pairs.
//
// Paper: Mao et al., TriAttention, arXiv:2604.04921. With pair f of a vector as a complex number,
// m the mean query before RoPE, d the distance from a key k to the next position:
//
//   score(k) = mean over delta = 1, 2, 4, ..., 65536 of
//              sum_f |m_f| |k_f| cos(w_f (d + delta) + arg m_f - arg k_f)
//            + sum_f (E|q_f| - |m_f|) |k_f|,
//
// brought to mean 0 and deviation 1 over the rows of each query head; of the heads of a group the
// largest counts. The first sum is the product of the key after RoPE with the mean of m turned to
// the positions to come.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class TriAttention final : public ScoringPolicy {
 public:
  Needs needs() const override {
    return {.keys = true, .calibration = true, .scratch = 1, .vectors = 2};
  }

  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), -INFINITY);
    for (int64_t head = 0; head < step.heads(); ++head) {
      find_queries_to_come(step, head);
      find_spread(step, head);
      const auto own = step.scratch();
      for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
        own[static_cast<size_t>(row)] = step.candidate(row) ? score_of(step, head, row) : 0.0F;
      }
      normalize(step, own);
      for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
        const auto slot = static_cast<size_t>(row);
        scores[slot] = larger(scores[slot], own[slot]);
      }
    }
  }

 private:
  static constexpr int64_t kFarthest = 65536;
  static constexpr float kLeastDeviation = 1e-6F;

  /// vector(0): the mean query as it is after RoPE, averaged over the positions to come.
  static void find_queries_to_come(const StepView& step, int64_t head) {
    const auto mean = step.calibrated_query(head);
    const auto turned = step.vector(0);
    const auto frequencies = step.rotary_frequencies();
    const size_t half = frequencies.size();
    std::copy(mean.begin(), mean.end(), turned.begin());
    for (size_t f = 0; f < half; ++f) {
      double cos = 0.0;
      double sin = 0.0;
      double count = 0.0;
      for (int64_t delta = 1; delta <= kFarthest; delta *= 2) {
        const double angle = static_cast<double>(step.step() + 1 + delta) * frequencies[f];
        cos += std::cos(angle);
        sin += std::sin(angle);
        count += 1.0;
      }
      const auto c = static_cast<float>(cos / count);
      const auto s = static_cast<float>(sin / count);
      turned[f] = mean[f] * c - mean[f + half] * s;
      turned[f + half] = mean[f + half] * c + mean[f] * s;
    }
  }

  /// vector(1), its first half: how much longer pairs of queries are than those of their mean.
  static void find_spread(const StepView& step, int64_t head) {
    const auto mean = step.calibrated_query(head);
    const auto lengths = step.calibrated_lengths(head);
    const size_t half = lengths.size();
    for (size_t f = 0; f < half; ++f) {
      step.vector(1)[f] = lengths[f] - std::hypot(mean[f], mean[f + half]);
    }
  }

  static float score_of(const StepView& step, int64_t head, int64_t row) {
    const auto key = step.key(head / (step.heads() / step.kv_heads()), row);
    const auto spread = step.vector(1);
    const size_t half = step.rotary_frequencies().size();
    float score = dot(step.vector(0), key);
    for (size_t f = 0; f < half; ++f) {
      score += spread[f] * std::sqrt(key[f] * key[f] + key[f + half] * key[f + half]);
    }
    return score;
  }

  /// Over the candidates.
  static void normalize(const StepView& step, std::span<float> scores) {
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    const auto each_candidate = [&](const auto& visit) {
      for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
        if (step.candidate(row)) {
          visit(scores[static_cast<size_t>(row)]);
        }
      }
    };
    each_candidate([&](float x) {
      sum += static_cast<double>(x);
      count += 1.0;
    });
    const double mean = sum / count;
    each_candidate([&](float x) { squares += std::pow(static_cast<double>(x) - mean, 2); });
    const auto deviation =
        std::max(static_cast<float>(std::sqrt(squares / count)), kLeastDeviation);
    each_candidate([&](float& x) { x = (x - static_cast<float>(mean)) / deviation; });
  }

  /// NaN where either is.
  static float larger(float a, float b) { return a > b || std::isnan(a) ? a : b; }
};

const PolicyRegistration<TriAttention> kRegistration{{
    .name = "triattention",
    .display_name = "TriAttention",
    .version = 1,
    .summary = "evict the row that usual queries will attend to least from the positions to come",
    .paper = "Mao et al. 2026, arXiv:2604.04921",
    .deviations =
        "every head of every layer keeps rows of its own, which their code has as an option; a "
        "prompt is read token by token, where their code keeps it whole (here `prompt: keep`); "
        "rows are evicted every 32 steps, where they have 128 and caches of 512 rows and more; of "
        "equal scores the oldest row goes, where they add noise",
    .defaults = {.scope = Scope::kKvHead, .every = 32},
}};

}  // namespace
}  // namespace multistate
