// LagKV: rows are taken in lots of `lag`; what stands out least against the lot that follows goes.
// Channels of keys and values are scaled by the range that they have in the following lot, and a
// row stands out by how much its scaled channels differ.
//
// Paper: Liang et al., LagKV: Lag-Relative Information of the KV Cache Tells Which Tokens Are
// Important, arXiv:2504.04704. As in kvpress a row's score is its rank within its lot, so that all
// lots lose alike, and the last lot and what follows it stay. The paper compresses every lot once
// to a fixed share; here k is fixed, and lots are counted anew over the rows that are left.

#include <algorithm>
#include <cmath>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class LagKv final : public ScoringPolicy {
 public:
  struct Options {
    int64_t lag = 128;

    void visit(OptionVisitor& v) { v("lag", lag, {2, 1 << 20}, "rows of a lot"); }
  };

  explicit LagKv(const Options& options) : lag_(options.lag) {}

  Needs needs() const override {
    return {.keys = true, .values = true, .scratch = 2, .vectors = 2};
  }

  void score(const StepView& step, std::span<float> scores) const override {
    // Without two lots the oldest row goes.
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = static_cast<float>(row) / static_cast<float>(scores.size());
    }
    Lot lot = next_lot(step, step.first_candidate());
    for (Lot after = next_lot(step, lot.end); after.complete; after = next_lot(step, lot.end)) {
      score_lot(step, lot, after, scores);
      lot = after;
      std::fill(scores.begin() + lot.begin, scores.end(), 1.0F);
    }
  }

 private:
  /// Slots [begin, end) that hold `lag` rows.
  struct Lot {
    int64_t begin = 0;
    int64_t end = 0;
    bool complete = false;
  };

  Lot next_lot(const StepView& step, int64_t begin) const {
    Lot lot = {begin, begin, false};
    for (int64_t count = 0; !lot.complete && lot.end < step.rows(); ++lot.end) {
      count += step.live(lot.end) ? 1 : 0;
      lot.complete = count == lag_;
    }
    return lot;
  }

  void score_lot(const StepView& step, const Lot& lot, const Lot& after,
                 std::span<float> scores) const {
    const auto importance = step.scratch(0);
    std::fill(importance.begin(), importance.end(), 0.0F);
    for (int64_t head = 0; head < step.kv_heads(); ++head) {
      add_spread(step, lot, after, [&](int64_t row) { return step.key(head, row); });
      add_spread(step, lot, after, [&](int64_t row) { return step.value(head, row); });
    }
    for (int64_t row = lot.begin; row < lot.end; ++row) {
      int64_t below = 0;
      for (int64_t other = lot.begin; other < lot.end; ++other) {
        const auto [a, b] =
            std::pair(importance[static_cast<size_t>(other)], importance[static_cast<size_t>(row)]);
        below += step.live(other) && (a < b || (a == b && other < row)) ? 1 : 0;
      }
      scores[static_cast<size_t>(row)] = static_cast<float>(below) / static_cast<float>(lag_);
    }
  }

  /// Adds to scratch(0) the softmax over the lot of the standard deviation over scaled channels.
  template <class VectorOf>
  static void add_spread(const StepView& step, const Lot& lot, const Lot& after,
                         const VectorOf& vector_of) {
    const auto low = step.vector(0);
    const auto high = step.vector(1);
    std::fill(low.begin(), low.end(), INFINITY);
    std::fill(high.begin(), high.end(), -INFINITY);
    for (int64_t row = after.begin; row < after.end; ++row) {
      if (step.live(row)) {
        const auto x = vector_of(row);
        for (size_t i = 0; i < x.size(); ++i) {
          low[i] = std::min(low[i], x[i]);
          high[i] = std::max(high[i], x[i]);
        }
      }
    }
    const auto weights = step.scratch(1);
    float total = 0.0F;
    for (int64_t row = lot.begin; row < lot.end; ++row) {
      if (step.live(row)) {
        weights[static_cast<size_t>(row)] = std::exp(deviation(vector_of(row), low, high));
        total += weights[static_cast<size_t>(row)];
      }
    }
    for (int64_t row = lot.begin; row < lot.end; ++row) {
      if (step.live(row)) {
        step.scratch(0)[static_cast<size_t>(row)] += weights[static_cast<size_t>(row)] / total;
      }
    }
  }

  /// A channel that does not vary in the lot after has no scale, and counts as 0.
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

  int64_t lag_;
};

const PolicyRegistration<LagKv> kRegistration{{
    .name = "lagkv",
    .version = 1,
    .summary = "evict the row that stands out least against the rows that follow it",
    .paper = "Liang et al. 2025, arXiv:2504.04704",
    .deviations = "holds the state to k rows, where the paper keeps a share of every lot for good",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
