#pragma once

// Policies that decide differently when asked the same again.

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <thread>

#include "conformance/broken/broken.h"

namespace multistate::test {

/// Scores that look random and hang on a number and a row's position (Steele et al., SplitMix64).
inline void scatter(const StepView& step, uint64_t number, std::span<float> scores) {
  for (size_t row = 0; row < scores.size(); ++row) {
    const auto position = static_cast<uint64_t>(step.positions()[row]);
    const uint64_t state = (number * 1024 + position + 1) * 0x9E3779B97F4A7C15U;
    uint64_t bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    scores[row] = static_cast<float>((bits ^ (bits >> 31)) >> 40);
  }
}

/// Counts its calls, whoever makes them.
class CountsCallsGlobally final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    static uint64_t calls = 0;
    scatter(step, ++calls, scores);
  }
};

class UsesStdRand final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    // NOLINTNEXTLINE: the fault.
    scatter(step, static_cast<uint64_t>(std::rand()), scores);
  }
};

class AsksTheClock final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    scatter(step, static_cast<uint64_t>(now), scores);
  }
};

class AsksTheThread final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    scatter(step, std::hash<std::thread::id>()(std::this_thread::get_id()), scores);
  }
};

/// Costs every cell its share of other cells' work, for nothing: the newest row goes.
class DeclaresRandomInVain final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.random = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    const double number = step.uniform(0);
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = static_cast<float>(step.step() - step.positions()[row]) +
                    static_cast<float>(0.0 * number);
    }
  }
};

/// Remembers in itself what belongs to a sample.
class LeaksBetweenSamples final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    scatter(step, ++calls_, scores);
  }

 private:
  mutable uint64_t calls_ = 0;
};

/// Starts anew with every sample, and so is right as long as samples come one after the other.
class LeaksWhenInTurn final : public ScoringPolicy {
 public:
  void observe(const StepView& step) const override {
    if (step.step() == 0) {
      calls_ = 0;
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    scatter(step, ++calls_, scores);
  }

 private:
  mutable uint64_t calls_ = 0;
};

/// Remembers the step before, by layer, and decides otherwise once two in a row do not follow it:
/// only samples that take turns token by token show it. Where a layer has one set of rows alone,
/// since sets take turns, too.
class LeaksInBatches final : public ScoringPolicy {
 public:
  void observe(const StepView& step) const override {
    Seen& seen = seen_[step.layer()];
    seen.breaks = step.step() == 0 || step.step() == seen.step + 1 ? 0 : seen.breaks + 1;
    seen.step = step.step();
  }

  void score(const StepView& step, std::span<float> scores) const override {
    const bool other = step.heads() == kAllHeads && seen_[step.layer()].breaks > 1;
    scatter(step, other ? 1 : 0, scores);
  }

 private:
  static constexpr int64_t kAllHeads = 4;

  struct Seen {
    int64_t step = -1;
    int64_t breaks = 0;
  };

  mutable std::map<int64_t, Seen> seen_;
};

}  // namespace multistate::test
