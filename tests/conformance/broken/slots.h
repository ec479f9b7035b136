#pragma once

// Policies that take slots for rows: slots whose row has gone may still be there.

#include <algorithm>

#include "conformance/broken/broken.h"

namespace multistate::test {

/// Keeps the first half of the slots, dead ones counted.
class CountsSlots final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = 0; row < step.rows(); ++row) {
      scores[static_cast<size_t>(row)] = row < step.rows() / 2 ? 1.0F : 0.0F;
    }
  }
};

/// Compares with the mean over all slots; those that are dead go on counting.
class ReadsMemoryOfTheDead final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  void observe(const StepView& step) const override {
    const auto received = step.memory();
    for (size_t row = 0; row < received.size(); ++row) {
      received[row] += step.attention(0)[row];
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    float mean = 0.0F;
    for (const float sum : received) {
      mean += sum / static_cast<float>(received.size());
    }
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = std::abs(received[row] - mean);
    }
  }
};

}  // namespace multistate::test
