// RoCo: evict the row with the least mean attention, except rows whose attention varies most: those
// are kept whatever their mean.
//
// Paper: Ren and Zhu, On the Efficacy of Eviction Policy for Key-Value Constrained Generative
// Language Model Inference, arXiv:2402.06262, section 4. Mean and standard deviation are over the
// steps that a row has seen. As in the authors' code for decoding (EasyKV), the candidates are the
// k - `unsteady` rows whose attention varies least, and rows that are protected (the last 10, the
// first 4) count among those that vary most.

#include <algorithm>
#include <cmath>
#include <limits>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Roco final : public ScoringPolicy {
 public:
  struct Options {
    RowCount unsteady = {0.3};

    void visit(OptionVisitor& v) {
      v("unsteady", unsteady, "the k - unsteady rows whose attention varies least are candidates");
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
      if (step.candidate(row)) {
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
  /// Gives the highest score to all but the steadiest candidates.
  void keep_unsteady(const StepView& step, std::span<const float> deviations,
                     std::span<float> sorted, std::span<float> scores) const {
    const int64_t k = step.state_size();
    const auto steady = static_cast<size_t>(std::max(k - unsteady_.rows(k), step.excess()));
    if (steady >= sorted.size()) {
      return;
    }
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(steady - 1);
    std::nth_element(sorted.begin(), last, sorted.end());
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      const auto slot = static_cast<size_t>(row);
      if (step.candidate(row) && deviations[slot] > *last) {
        scores[slot] = std::numeric_limits<float>::max();
      }
    }
  }

  RowCount unsteady_;
};

const PolicyRegistration<Roco> kRegistration{{
    .name = "roco",
    .display_name = "RoCo",
    .version = 2,
    .summary = "evict the row with the least mean attention among those whose attention is steady",
    .paper = "Ren and Zhu 2024, arXiv:2402.06262",
    .deviations =
        "the first 4 tokens are protected where the authors' code, when decoding, protects the "
        "whole prompt; a prompt is read token by token, evicting one row at a time, where "
        "the authors' code reads it in strides; heads of a group share the mean of their "
        "weights, as in the authors' code",
    .defaults = {.sinks = 4, .recent = {int64_t{10}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
