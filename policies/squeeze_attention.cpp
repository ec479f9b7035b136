// SqueezeAttention: layers whose attention changes the hidden states of the prompt least keep few
// rows, and leave the others more; a base policy says which.
//
// Paper: Wang et al., SqueezeAttention: 2D Management of KV-Cache in LLM Inference via Layer-wise
// Optimal Budget, arXiv:2404.04793, algorithm 1: layers are put into three groups by the cosine of
// the hidden states before attention and after it; the group where it is highest keeps `least` of
// what each layer had.

#include <algorithm>
#include <vector>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_shares.h"

namespace multistate {
namespace {

class SqueezeAttention final : public PolicyOverBase, public MeasuredBudgets {
 public:
  struct Options {
    BasePolicy base{"streaming", BaseKind::kRows};
    double least = 0.4;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("least", least, {0.0, 1.0}, "share of k that layers keep which change least");
    }
  };

  explicit SqueezeAttention(const Options& options)
      : PolicyOverBase(options.base), least_(RowCount{options.least}) {}

  Needs needs() const override { return base().needs() | Needs{.attention_change = true}; }

  void measure(std::span<const StepView> sets, std::span<float> measures) const override {
    std::fill(measures.begin(), measures.end(), sets.front().attention_change());
  }

  void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                 std::span<int64_t> rows) const override {
    const float border = start_of_last_group({measures.begin(), measures.end()});
    const int64_t few = std::max(least_.rows(k), guarded + 1);
    share_with_few(
        k, few, [&](size_t set) { return measures[set] >= border; }, rows);
  }

 private:
  /// The least number of the highest of three groups, those with the least sum of squared distances
  /// from the means of their groups.
  static float start_of_last_group(std::vector<float> numbers) {
    std::sort(numbers.begin(), numbers.end());
    const size_t count = numbers.size();
    // Sums of numbers and of their squares up to each.
    std::vector<double> sums(count + 1, 0.0);
    std::vector<double> squares(count + 1, 0.0);
    for (size_t i = 0; i < count; ++i) {
      const auto x = static_cast<double>(numbers[i]) - static_cast<double>(numbers.front());
      sums[i + 1] = sums[i] + x;
      squares[i + 1] = squares[i] + x * x;
    }
    const auto spread = [&](size_t first, size_t end) {
      const double sum = sums[end] - sums[first];
      return squares[end] - squares[first] - sum * sum / static_cast<double>(end - first);
    };
    float border = numbers.front();
    double best = -1.0;
    for (size_t second = 1; second + 1 < count; ++second) {
      for (size_t third = second + 1; third < count; ++third) {
        const double all = spread(0, second) + spread(second, third) + spread(third, count);
        if (best < 0.0 || all < best) {
          best = std::max(all, 0.0);
          border = numbers[third];
        }
      }
    }
    return border;
  }

  RowCount least_;
};

const PolicyRegistration<SqueezeAttention> kRegistration{{
    .name = "squeeze_attention",
    .display_name = "SqueezeAttention",
    .version = 1,
    .summary = "layers whose attention changes hidden states least keep few rows",
    .paper = "Wang et al. 2024, arXiv:2404.04793",
    .deviations =
        "the three groups are the best there are, which the authors' code looks for by k-means "
        "from random starts; the last token of the prompt does not count; budgets are shares of k, "
        "where theirs are shares of the prompt; of fewer than three layers none differ",
    .defaults = {.sinks = 4, .prompt = Prompt::kOneShot, .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
