#pragma once

// Policies whose scores are wrong, or made of what they may not read.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "conformance/broken/broken.h"

namespace multistate::test {

/// 0 / 0 for rows that nothing attends to.
class ScoresNan final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    const auto age = static_cast<float>(step.step() - step.step());
    std::fill(scores.begin(), scores.end(), age / age);
  }
};

/// log(0).
class ScoresInfinity final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = std::log(static_cast<float>(step.step() - step.positions()[row]));
    }
  }
};

/// Comparisons with NaN are false, so that what is NaN never becomes the lowest.
class SwallowsNan final : public EvictingPolicy {
 public:
  Needs needs() const override { return {.attention = true}; }

  void evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const override {
    if (step.excess() == 0) {
      return;
    }
    mean_attention(step, scratch);
    for (float& score : scratch) {
      score = std::isfinite(score) ? score : 1.0F;
    }
    evict_lowest(step, scratch, step.excess(), evictions);
  }
};

/// Leaves the scores of every second row as it finds them.
class LeavesScoresOut final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = 0; row < step.rows(); row += 2) {
      scores[static_cast<size_t>(row)] = static_cast<float>(row);
    }
  }
};

class ReadsKeysUndeclared final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.values = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = 0; row < step.rows(); ++row) {
      scores[static_cast<size_t>(row)] = step.key(0, row)[0];
    }
  }
};

/// Declares one field and uses two.
class ReadsMemoryBeyond final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  void observe(const StepView& step) const override {
    const auto sums = step.memory(0);
    const auto counts = step.memory(1);
    for (size_t row = 0; row < sums.size(); ++row) {
      sums[row] += step.attention(0)[row];
      counts[row] += 1.0F;
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto sums = step.memory(0);
    std::copy(sums.begin(), sums.end(), scores.begin());
  }
};

/// Reads keys where it has changed them, and so is at the mercy of whether that shows: chains of
/// rows that go at once are merged into one another, or not.
class ReadsWhatItMerges final : public ScoringPolicy, public MergingPolicy {
 public:
  Needs needs() const override { return {.attention = true, .keys = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    mean_attention(step, scores);
  }

  void merge(const StepView& step, std::span<const int64_t> rows,
             RowEditor& editor) const override {
    for (const int64_t row : rows) {
      for (int64_t head = 0; row + 1 < step.rows() && head < step.kv_heads(); ++head) {
        const auto from = step.key(head, row);
        const auto into = editor.key(head, row + 1);
        for (size_t i = 0; i < into.size(); ++i) {
          into[i] = (into[i] + from[i]) / 2.0F;
        }
      }
    }
  }
};

/// Has room for 16 rows.
class FailsOnManyRows final : public ScoringPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> scores) const override {
    const std::vector<float> table(16, 0.0F);
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = table.at(row);
    }
  }
};

}  // namespace multistate::test
