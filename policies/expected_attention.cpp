// Expected Attention: evict the row that the next tokens are expected to attend to least, times the
// length of its value. Queries to come are taken as normal, with mean and covariance of those so
// far and the mean rotation of the next positions, so that the expected weight of a key k is
// exp(s k'm + s^2 k'Ck / 2), where s is the factor of the logits.
//
// Paper: Devoto et al., Expected Attention: KV Cache Compression by Estimating Attention from
// Future Queries Distribution, arXiv:2510.00636, with the defaults of kvpress: 512 positions, 4
// sinks that neither go nor count as queries. As a score takes D^2 operations a row, 32
// rows are evicted at a time.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class ExpectedAttention final : public ScoringPolicy {
 public:
  struct Options {
    int64_t future = 512;

    void visit(OptionVisitor& v) { v("future", future, {1, 1 << 20}, "positions to come"); }
  };

  explicit ExpectedAttention(const Options& options) : future_(options.future) {}

  Needs needs() const override {
    return {.query_statistics = true, .keys = true, .values = true, .scratch = 1, .vectors = 2};
  }

  void score(const StepView& step, std::span<float> scores) const override {
    find_mean_rotation(step);
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < step.heads(); ++head) {
      add_expected_weights(step, head, scores);
    }
    for (int64_t row = step.first_candidate(); row < step.rows(); ++row) {
      float length = 0.0F;
      for (int64_t head = 0; head < step.kv_heads(); ++head) {
        const auto value = step.value(head, row);
        length += std::sqrt(dot(value, value));
      }
      scores[static_cast<size_t>(row)] *= length;
    }
  }

 private:
  /// vector(0): the mean of cos in its first half, of sin in its second. The mean of exp(i w p)
  /// over n positions p is that of the middle times sin(n w / 2) / (n sin(w / 2)).
  void find_mean_rotation(const StepView& step) const {
    const auto rotation = step.vector(0);
    const auto frequencies = step.rotary_frequencies();
    const auto count = static_cast<double>(future_);
    const double middle = static_cast<double>(step.step() + 1) + (count - 1.0) / 2.0;
    for (size_t i = 0; i < frequencies.size(); ++i) {
      const double w = frequencies[i];
      const double size = std::sin(count * w / 2.0) / (count * std::sin(w / 2.0));
      rotation[i] = static_cast<float>(size * std::cos(middle * w));
      rotation[i + frequencies.size()] = static_cast<float>(size * std::sin(middle * w));
    }
  }

  static void add_expected_weights(const StepView& step, int64_t head, std::span<float> scores) {
    const auto weights = step.scratch().subspan(static_cast<size_t>(step.first_candidate()));
    const auto out = scores.subspan(static_cast<size_t>(step.first_candidate()));
    for (size_t i = 0; i < weights.size(); ++i) {
      const int64_t row = step.first_candidate() + static_cast<int64_t>(i);
      weights[i] = step.live(row) ? expected_logit(step, head, row) : -INFINITY;
    }
    softmax(weights);
    add_scaled(1.0F, weights, out);
  }

  /// The mean rotation is turned on the key, backwards, which leaves the products the same.
  static float expected_logit(const StepView& step, int64_t head, int64_t row) {
    const auto key = step.key(head / (step.heads() / step.kv_heads()), row);
    const auto rotation = step.vector(0);
    const auto turned = step.vector(1);
    const size_t half = step.rotary_frequencies().size();
    for (size_t i = 0; i < half; ++i) {
      turned[i] = rotation[i] * key[i] + rotation[i + half] * key[i + half];
      turned[i + half] = rotation[i] * key[i + half] - rotation[i + half] * key[i];
    }
    std::copy(key.begin() + static_cast<std::ptrdiff_t>(2 * half), key.end(),
              turned.begin() + static_cast<std::ptrdiff_t>(2 * half));
    const float square = quadratic_form(step.query_covariance(head), turned);
    const auto scale = static_cast<float>(step.logit_scale());
    return scale * dot(step.query_mean(head), turned) + scale * scale * square / 2.0F;
  }

  int64_t future_;
};

const PolicyRegistration<ExpectedAttention> kRegistration{{
    .name = "expected_attention",
    .display_name = "Expected Attention",
    .version = 1,
    .summary = "evict the row that the next tokens are expected to attend to least",
    .paper = "Devoto et al. 2025, arXiv:2510.00636",
    .deviations = "the cache is held to k rows (k + `every` - 1 between evictions) from the start, "
                  "where kvpress compresses a prompt once, after full attention; so the statistics "
                  "are those of the queries so far, not of the whole prompt",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead, .every = 32},
}};

}  // namespace
}  // namespace multistate
