#pragma once

// Policies that name the wrong rows.

#include "conformance/broken/broken.h"

namespace multistate::test {

class EvictsNothing final : public EvictingPolicy {
 public:
  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& /*evictions*/) const override {}
};

class EvictsProtected final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    int64_t left = step.excess();
    for (int64_t row = 0; left > 0; ++row) {
      if (step.live(row)) {
        evictions.add(row);
        --left;
      }
    }
  }
};

/// One past the end.
class EvictsBeyond final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    if (step.excess() > 0) {
      evictions.add(step.rows());
    }
  }
};

class EvictsTwice final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    evict_oldest(step, evictions);
    if (step.excess() > 0) {
      evictions.add(evictions.rows().front());
    }
  }
};

/// Does not ask whether a slot is alive.
class EvictsDeadSlot final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    for (int64_t left = step.excess(); left > 0; --left) {
      evictions.add(step.first_candidate() + left - 1);
    }
  }
};

/// Starts when the state is three quarters full.
class EvictsEarly final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    const bool soon = step.live_rows() >= step.capacity() - step.capacity() / 4 && step.step() > 0;
    if (step.excess() > 0) {
      evict_oldest(step, evictions);
    } else if (soon) {
      int64_t row = step.first_candidate();
      while (row < step.end_candidates() && !step.live(row)) {
        ++row;
      }
      if (row < step.end_candidates()) {
        evictions.add(row);
      }
    }
  }
};

}  // namespace multistate::test
