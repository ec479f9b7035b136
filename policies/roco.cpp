// RoCo: evict the row with the least mean attention, except rows whose attention varies most: those
// are kept whatever their mean.
//
// Paper: Ren and Zhu, On the Efficacy of Eviction Policy for Key-Value Constrained Generative
// Language Model Inference, arXiv:2402.06262, section 4. Mean and standard deviation are over the
// steps that a row has seen. As in the authors' code (EasyKV) the last 10 rows and the first 4
// stay.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Roco final : public ScoringPolicy {
 public:
  struct Options {
    RowCount unsteady = {0.3};

    void visit(OptionVisitor& v) {
      v("unsteady", unsteady, "rows that are kept since their attention varies most");
    }
  };

  explicit Roco(const Options& options) : unsteady_(options.unsteady) {}

  Needs needs() const override { return {.attention = true, .memory = 2, .scratch = 2}; }

  void observe(const StepView& step) const override {
    const auto sums = step.memory(0);
    const auto squares = step.memory(1);
    const auto now = step.scratch();
    mean_attention(step, now);
    for (size_t row = 0; row < now.size(); ++row) {
      sums[row] += now[row];
      squares[row] += now[row] * now[row];
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto deviations = step.scratch(0);
    const auto sorted = step.scratch(1);
    size_t candidates = 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.live(row)) {
        const auto slot = static_cast<size_t>(row);
        const auto age = static_cast<float>(step.step() - step.positions()[slot] + 1);
        const float mean = step.memory(0)[slot] / age;
        scores[slot] = mean;
        deviations[slot] = std::sqrt(std::max(step.memory(1)[slot] / age - mean * mean, 0.0F));
        sorted[candidates++] = deviations[slot];
      }
    }
    keep_unsteady(step, deviations, sorted.first(candidates), scores);
  }

 private:
  void keep_unsteady(const StepView& step, std::span<const float> deviations,
                     std::span<float> sorted, std::span<float> scores) const {
    // So many that the rows which have to go remain.
    const auto room = static_cast<int64_t>(sorted.size()) - step.excess();
    const int64_t kept = std::min(unsteady_.rows(step.state_size()), room);
    if (kept <= 0) {
      return;
    }
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(kept - 1);
    std::nth_element(sorted.begin(), last, sorted.end(), std::greater<>());
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const auto slot = static_cast<size_t>(row);
      if (step.live(row) && deviations[slot] >= *last) {
        scores[slot] = std::numeric_limits<float>::max();
      }
    }
  }

  RowCount unsteady_;
};

const PolicyRegistration<Roco> kRegistration{{
    .name = "roco",
    .version = 1,
    .summary = "evict the row with the least mean attention among those whose attention is steady",
    .paper = "Ren and Zhu 2024, arXiv:2402.06262",
    .deviations = "rows go one by one within a prompt, too, where the paper takes strides",
    .defaults = {.sinks = 4, .recent = {int64_t{10}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
