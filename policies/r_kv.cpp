// R-KV: evict the row that is redundant and unimportant. Redundant is a key that resembles the
// other keys; important is what the newest queries attend to, the largest of neighbouring rows
// counting.
//
// Paper: Cai et al., R-KV: Redundancy-aware KV Cache Compression for Reasoning Models,
// arXiv:2505.24133, and the authors' code: the last 8 queries attend anew to the rows before them,
// with the largest logit of the heads of a group; that is smoothed by a maximum over 7 rows. Each
// key counts its cosines to all others, without those of the keys that have it as the latest one
// that resembles them (above 0.5). 128 tokens are generated between evictions.

#include <algorithm>
#include <cmath>

#include "multistate/policy/query_window.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class RKv final : public ScoringPolicy {
 public:
  struct Options {
    int64_t window = 8;
    int64_t kernel = 7;
    double importance = 0.1;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 1024}, "newest queries whose attention counts");
      v("kernel", kernel, {1, 1023}, "neighbouring rows whose largest attention counts");
      v("importance", importance, {0.0, 1.0}, "weight of attention; the rest is redundancy's");
    }
  };

  explicit RKv(const Options& options)
      : window_(options.window),
        reach_(options.kernel / 2),
        importance_(static_cast<float>(options.importance)) {}

  Needs needs() const override {
    return {.query = true, .keys = true, .head_memory = window_.size(), .scratch = 3, .vectors = 1};
  }

  /// Two rows that spare each other have the same redundancy but for rounding.
  float tie_tolerance() const override { return 1.0F / (1 << 17); }

  void observe(const StepView& step) const override { window_.record(step); }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.scratch(0);
    const auto redundancy = step.scratch(1);
    const int64_t group = step.heads() / step.kv_heads();
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t kv_head = 0; kv_head < step.kv_heads(); ++kv_head) {
      std::fill(received.begin(), received.end(), 0.0F);
      window_.add_attention(step, kv_head * group, (kv_head + 1) * group, 1, step.scratch(2),
                            received);
      compare_keys(step, kv_head, redundancy, step.scratch(2));
      for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
        scores[static_cast<size_t>(row)] +=
            importance_ * largest_around(step, received, row) -
            (1.0F - importance_) * redundancy[static_cast<size_t>(row)];
      }
    }
  }

 private:
  /// Of live rows before the protected recent ones; `reach_` of them on either side.
  float largest_around(const StepView& step, std::span<const float> received, int64_t row) const {
    float largest = received[static_cast<size_t>(row)];
    for_neighbours(step, row, reach_, step.end_candidates(), [&](int64_t i) {
      largest = std::max(largest, received[static_cast<size_t>(i)]);
    });
    return largest;
  }

  /// sum [D] of the keys of live rows, each with length 1.
  static void add_directions(const StepView& step, int64_t kv_head, std::span<float> inverse_norms,
                             std::span<float> sum) {
    std::fill(sum.begin(), sum.end(), 0.0F);
    for (int64_t row = step.rows() - 1; row >= 0; --row) {
      const auto key = step.key(kv_head, row);
      const float norm = std::sqrt(dot(key, key)) + 1e-8F;
      inverse_norms[static_cast<size_t>(row)] = step.live(row) ? 1.0F / norm : 0.0F;
      add_scaled(inverse_norms[static_cast<size_t>(row)], key, sum);
    }
  }

  /// redundancy [N] = softmax over rows of a key's mean cosine to all others, without those of the
  /// keys that have it as their latest similar one, and, as in the authors' code, for the oldest
  /// row without those of the keys that have none.
  static void compare_keys(const StepView& step, int64_t kv_head, std::span<float> redundancy,
                           std::span<float> inverse_norms) {
    const auto sum = step.vector();
    add_directions(step, kv_head, inverse_norms, sum);
    int64_t oldest = 0;
    while (oldest < step.rows() && !step.live(oldest)) {
      ++oldest;
    }
    const auto cosine = [&](int64_t row, std::span<const float> key) {
      return inverse_norms[static_cast<size_t>(row)] * dot(step.key(kv_head, row), key);
    };
    const auto cosines = [&](int64_t a, int64_t b) {
      return inverse_norms[static_cast<size_t>(b)] * cosine(a, step.key(kv_head, b));
    };
    for (int64_t row = 0; row < step.rows(); ++row) {
      redundancy[static_cast<size_t>(row)] =
          step.live(row) ? cosine(row, sum) - cosines(row, row) : -INFINITY;
    }
    for (int64_t row = oldest; row < step.rows(); ++row) {
      int64_t latest = step.rows() - 1;
      while (latest > oldest && (latest == row || !(cosines(row, latest) > kSimilar))) {
        --latest;
      }
      redundancy[static_cast<size_t>(latest)] -= latest == row ? 0.0F : cosines(row, latest);
    }
    for (float& value : redundancy) {
      value /= static_cast<float>(step.live_rows());
    }
    softmax(redundancy);
  }

  static constexpr float kSimilar = 0.5F;  ///< Cosine; a dead row has 0 to all others.

  QueryWindow window_;
  int64_t reach_;
  float importance_;
};

const PolicyRegistration<RKv> kRegistration{{
    .name = "r_kv",
    .display_name = "R-KV",
    .version = 1,
    .summary =
        "evict the row whose key resembles others and that the newest queries attend to least",
    .paper = "Cai et al. 2025, arXiv:2505.24133",
    .deviations =
        "a prompt is read token by token, where the authors' code cuts it once (here `prompt: "
        "one_shot`); scores within 2^-17 of the lowest tie with it, and the oldest row is evicted",
    .defaults = {.recent = {int64_t{8}}, .scope = Scope::kKvHead, .every = 128},
}};

}  // namespace
}  // namespace multistate
