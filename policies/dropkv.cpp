// DropKV: evict the row without which the attention outputs of the newest queries would change
// least. Without row j, output o of a query moves by p / (1 - p) * |v_j - o|, where p is the weight
// that the row has; the squares are summed over the newest queries.
//
// Paper: DropKV (openreview.net/forum?id=MqfNzH3TVH, 2026), by the formula that its author gives in
// NVIDIA/kvpress, issue 284. What a query says of a row is taken at its own time.

#include <algorithm>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class DropKv final : public ScoringPolicy {
 public:
  struct Options {
    int64_t window = 32;

    void visit(OptionVisitor& v) { v("window", window, {1, 1024}, "newest queries that count"); }
  };

  explicit DropKv(const Options& options) : window_(options.window) {}

  Needs needs() const override {
    return {.attention = true, .values = true, .memory = window_, .vectors = 1};
  }

  /// The window is a ring of fields, one a query.
  void observe(const StepView& step) const override {
    const auto changes = step.memory(step.step() % window_);
    std::fill(changes.begin(), changes.end(), 0.0F);
    for (int64_t head = 0; head < step.heads(); ++head) {
      add_changes(step, head, changes);
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t index = 0; index < window_; ++index) {
      add_scaled(1.0F, step.memory(index), scores);
    }
  }

 private:
  static void add_changes(const StepView& step, int64_t head, std::span<float> changes) {
    const int64_t kv_head = head / (step.heads() / step.kv_heads());
    const auto weights = step.attention(head);
    const auto output = step.vector();
    std::fill(output.begin(), output.end(), 0.0F);
    for (int64_t row = 0; row < step.rows(); ++row) {
      add_scaled(weights[static_cast<size_t>(row)], step.value(kv_head, row), output);
    }
    for (int64_t row = 0; row < step.rows(); ++row) {
      const float weight = weights[static_cast<size_t>(row)];
      // A row that has all the weight leaves no output behind: nothing is worse.
      const float odds = weight / std::max(1.0F - weight, kSmallest);
      changes[static_cast<size_t>(row)] += odds * odds *
                                           squared_distance(output, step.value(kv_head, row)) /
                                           static_cast<float>(step.heads());
    }
  }

  static constexpr float kSmallest = 1e-6F;

  int64_t window_;
};

const PolicyRegistration<DropKv> kRegistration{{
    .name = "dropkv",
    .display_name = "DropKV",
    .version = 1,
    .summary = "evict the row without which the outputs of the newest queries change least",
    .paper = "DropKV 2026, openreview MqfNzH3TVH",
    .deviations =
        "written from the formula that the author published, without the paper or code: the size "
        "of the window is our choice, and scores are not smoothed over neighbours; the heads of "
        "a group share one score, their mean; evicts at every step, where the formula is for a "
        "prompt that is cut once (`prompt: one_shot`)",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
