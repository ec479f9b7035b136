#pragma once

// Policies that do not decide by what they say they do.

#include <algorithm>

#include "conformance/broken/broken.h"

namespace multistate::test {

/// Its observer has a name of its own, and so overrides nothing: no score is ever anything but 0,
/// and the oldest row goes.
class ObservesInVain final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  void observes(const StepView& step) const {
    const auto received = step.memory();
    for (size_t row = 0; row < received.size(); ++row) {
      received[row] += step.attention(0)[row];
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    std::copy(received.begin(), received.end(), scores.begin());
  }
};

/// Reads attention, and lets the age of the rows decide.
class ReadsAndForgets final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    mean_attention(step, scores);
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = std::min(scores[row], 0.0F) + static_cast<float>(row);
    }
  }
};

/// Four first tokens of its own, and nothing of what the rows hold.
class KeepsTheFirstFour final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.keys = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      const auto position = static_cast<float>(step.positions()[row]);
      scores[row] = (position < 4.0F ? 1000.0F : 0.0F) + position +
                    0.0F * step.key(0, static_cast<int64_t>(row))[0];
    }
  }
};

/// TOVA that has the engine hand over keys and tokens, and a second buffer, which nobody reads.
class DeclaresTooMuch final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .keys = true, .tokens = true, .scratch = 2}; }

  void score(const StepView& step, std::span<float> scores) const override {
    mean_attention(step, step.scratch());
    const auto weights = step.scratch();
    std::copy(weights.begin(), weights.end(), scores.begin());
  }
};

/// Reads its memory and leaves it as it is.
class NeverWritesMemory final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto received = step.memory();
    mean_attention(step, scores);
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] += received[row];
    }
  }
};

}  // namespace multistate::test
