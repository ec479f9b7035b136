// Scissorhands: evict the row that was unimportant most often: over a window of steps, count how
// often a row got less attention than it would if all rows got the same.
//
// Paper: Liu et al., Scissorhands: Exploiting the Persistence of Importance Hypothesis for LLM KV
// Cache Compression at Test Time, arXiv:2305.17118, algorithm 2: window 400, the last 10 rows kept.
// The paper evicts half of the rows at once when the cache is full; that is `every: k` here, and
// one row a step unless it is set. The authors' public code computes something else (a mask over
// the prompt by each query's 90th percentile).

#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Scissorhands final : public ScoringPolicy {
 public:
  struct Options {
    int64_t window = 400;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 4096}, "steps that are looked back on");
    }
  };

  explicit Scissorhands(const Options& options)
      : window_(options.window), fields_((options.window + kBits - 1) / kBits) {}

  Needs needs() const override { return {.attention = true, .memory = fields_, .scratch = 1}; }

  /// One bit a step and row: whether the row was below the uniform level. The window is a ring.
  void observe(const StepView& step) const override {
    const int64_t place = step.step() % window_;
    const auto words = step.memory(place / kBits);
    const uint32_t bit = uint32_t{1} << (place % kBits);
    const auto weights = step.scratch();
    mean_attention(step, weights);
    const float uniform = 1.0F / static_cast<float>(step.live_rows());
    for (size_t row = 0; row < words.size(); ++row) {
      if (std::isnan(weights[row])) {
        throw PolicyError(Breach::kScore, fmt::format("layer {}, step {}: attention is nan",
                                                      step.layer(), step.step()));
      }
      const auto word = static_cast<uint32_t>(words[row]);
      words[row] = static_cast<float>(weights[row] < uniform ? word | bit : word & ~bit);
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      int unimportant = 0;
      for (int64_t field = 0; field < fields_; ++field) {
        unimportant += std::popcount(static_cast<uint32_t>(step.memory(field)[row]));
      }
      scores[row] = -static_cast<float>(unimportant);
    }
  }

 private:
  static constexpr int64_t kBits = 24;  ///< Integers of so many bits are exact as a float.

  int64_t window_;
  int64_t fields_;  ///< Of memory, kBits steps each.
};

const PolicyRegistration<Scissorhands> kRegistration{{
    .name = "scissorhands",
    .display_name = "Scissorhands",
    .version = 1,
    .summary = "evict the row that got less than a uniform share of attention most often",
    .paper = "Liu et al. 2023, arXiv:2305.17118",
    .deviations =
        "one row is evicted a step unless `every` is set, where the paper drops half of "
        "the rows when the cache is full; the heads of a group share the mean of their "
        "weights; all layers keep k rows, where the paper may give layers different "
        "numbers; of rows with the same count the oldest is evicted, which the paper leaves "
        "open",
    .defaults = {.recent = {int64_t{10}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
