#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/policy.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Lets the policy decide about one step of sets that have a budget each, and holds it to its
/// contract: every eviction is a live candidate named once, and at most capacity() rows are left.
/// `evictions` then holds them in ascending order. The spans have an entry a set. Throws
/// PolicyError with the policy's name, layer and step.
void decide(const PolicySetup& setup, std::span<const StepView> sets,
            std::span<const std::span<float>> scratch, std::span<Evictions> evictions);

/// Lets MeasuredBudgets measure the sets of a layer. Throws PolicyError as above where a measure is
/// NaN or infinite.
void measure(const PolicySetup& setup, std::span<const StepView> sets, std::span<float> measures);

/// The decisions about sets of rows that share a budget, or have their own and are decided on
/// together, or about one set. Allocates nothing at a step once every set has evicted rows.
class GroupDecision {
 public:
  /// `measures`: unless empty nothing is evicted, and these become what MeasuredBudgets says of the
  /// sets.
  GroupDecision(const PolicySetup& setup, size_t sets, std::span<float> measures = {});

  /// Makes room for `rows` evictions a set.
  void reserve(int64_t rows);

  /// `steps` and `scratch` have an entry a set; sets that share a budget may keep capacity() rows
  /// each, together.
  void decide(std::span<const StepData> steps, std::span<const std::span<float>> scratch);

  /// What set `set` gave up in the last decision, ascending.
  const Evictions& evictions(size_t set) const { return evictions_[set]; }

 private:
  void clear();
  void decide_pooled(std::span<const std::span<float>> scratch);

  const PolicySetup& setup_;
  std::span<float> measures_;
  std::vector<StepView> views_;
  std::vector<Evictions> evictions_;
};

}  // namespace multistate
