// LagKV: the rows after the sinks form chunks of `lag`. When the chunk that follows is complete, a
// chunk's rows are ranked: channels of keys and values are scaled by their range in the following
// chunk, and a row ranks by how much its scaled channels vary. All ranked chunks keep the same
// number of their best rows.
//
// Paper: Liang et al., LagKV: Lag-Relative Information of the KV Cache Tells Which Tokens Are
// Important, arXiv:2504.04704. Chunks and scores are those of the authors' code, which cuts each
// chunk to a fixed share of its rows, so that the cache grows. Here k is fixed, and the share is
// what k allows: evicting the last rank leaves what the published rule leaves with that share.

#include <algorithm>
#include <cmath>
#include <variant>

#include <fmt/format.h>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class LagKv final : public ScoringPolicy {
 public:
  struct Options {
    RowCount lag = {0.25};

    void visit(OptionVisitor& v) { v("lag", lag, "rows of a chunk; of a share of k, at least 2"); }
  };

  explicit LagKv(const Options& options) : lag_(options.lag) {}

  Needs needs() const override {
    return {.keys = true, .values = true, .memory = 1, .scratch = 2, .vectors = 2};
  }

  /// Up to 2 lag - 1 rows after the sinks have no rank yet.
  std::string problem_with(int64_t k, int64_t sinks) const override {
    const int64_t lag = lag_of(k);
    if (lag >= 2 && k >= sinks + 2 * lag) {
      return "";
    }
    return fmt::format("lag is {}; it must be 2 or more, and sinks ({}) + 2 lag at most k ({})",
                       lag, sinks, k);
  }

  /// Memory: the rank of a row in its chunk, 1 for the best; 0 before it is ranked. Ranked rows are
  /// evicted first, so the newest 2 lag are all alive.
  void observe(const StepView& step) const override {
    const int64_t lag = lag_of(step.state_size());
    const int64_t tokens = step.step() + 1 - step.sinks();
    if (tokens >= 2 * lag && tokens % lag == 0) {
      rank(step, {step.rows() - 2 * lag, step.rows() - lag}, {step.rows() - lag, step.rows()});
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto ranks = step.memory();
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = -ranks[row];
    }
  }

 private:
  int64_t lag_of(int64_t k) const {
    const int64_t least = std::holds_alternative<double>(lag_.value) ? 2 : 0;
    return std::max(lag_.rows(k), least);
  }

  struct Chunk {  ///< Slots [begin, end).
    int64_t begin = 0;
    int64_t end = 0;
  };

  static void rank(const StepView& step, const Chunk& chunk, const Chunk& after) {
    const auto importance = step.scratch(0);
    std::fill(importance.begin(), importance.end(), 0.0F);
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      add_spread(step, chunk, after, [&](int64_t row) { return step.key(head, row); });
      add_spread(step, chunk, after, [&](int64_t row) { return step.value(head, row); });
    }
    for (int64_t row = chunk.begin; row < chunk.end; ++row) {
      int64_t better = 0;  // Of equals the newer one.
      for (int64_t other = chunk.begin; other < chunk.end; ++other) {
        better += std::pair(importance[static_cast<size_t>(other)], other) >
                  std::pair(importance[static_cast<size_t>(row)], row);
      }
      step.memory()[static_cast<size_t>(row)] = static_cast<float>(better + 1);
    }
  }

  /// Adds to scratch(0) the softmax over the chunk of the deviation over scaled channels.
  template <class F>
  static void add_spread(const StepView& step, const Chunk& chunk, const Chunk& after,
                         const F& of) {
    const auto low = step.vector(0);
    const auto high = step.vector(1);
    std::fill(low.begin(), low.end(), INFINITY);
    std::fill(high.begin(), high.end(), -INFINITY);
    for (int64_t row = after.begin; row < after.end; ++row) {
      const auto x = of(row);
      for (size_t i = 0; i < x.size(); ++i) {
        low[i] = std::min(low[i], x[i]);
        high[i] = std::max(high[i], x[i]);
      }
    }
    const auto first = static_cast<size_t>(chunk.begin);
    const auto weights = step.scratch(1).subspan(first, static_cast<size_t>(chunk.end) - first);
    float total = 0.0F;
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = std::exp(deviation(of(chunk.begin + static_cast<int64_t>(i)), low, high));
      total += weights[i];
    }
    add_scaled(1.0F / total, weights, step.scratch(0).subspan(first, weights.size()));
  }

  /// A channel that does not vary in the chunk after counts as 0.
  static float deviation(std::span<const float> x, std::span<const float> low,
                         std::span<const float> high) {
    float sum = 0.0F;
    float squares = 0.0F;
    for (size_t i = 0; i < x.size(); ++i) {
      const float range = high[i] - low[i];
      const float scaled = range > 0.0F ? (x[i] - low[i]) / range : 0.0F;
      sum += scaled;
      squares += scaled * scaled;
    }
    const auto size = static_cast<float>(x.size());
    return std::sqrt(std::max(squares - sum * sum / size, 0.0F) / std::max(size - 1.0F, 1.0F));
  }

  RowCount lag_;
};

const PolicyRegistration<LagKv> kRegistration{{
    .name = "lagkv",
    .display_name = "LagKV",
    .version = 2,
    .summary = "evict the rows of each chunk that vary least against the chunk that follows",
    .paper = "Liang et al. 2025, arXiv:2504.04704",
    .deviations =
        "k is fixed, so the share that a chunk keeps falls as the text grows; the paper fixes the "
        "share, and the cache grows; `lag` is a quarter of k unless set, where the authors have 64 "
        "to 1,024 rows; 4 sinks as in kvpress, the authors have 16; a channel that does not vary "
        "in the following chunk counts as 0, where their code divides by 0",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
