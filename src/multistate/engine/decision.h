#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/policy.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Lets the policy decide about one step and holds it to its contract: every eviction is a live
/// candidate named once, and at most capacity() rows are left. `evictions` then holds them in
/// ascending order. Throws PolicyError with the policy's name, layer and step.
void decide(const PolicySetup& setup, const StepView& step, std::span<float> scratch,
            Evictions& evictions);

/// The decisions about sets of rows that share a budget, or about one set that has its own.
/// Allocates nothing once every set has evicted rows.
class GroupDecision {
 public:
  GroupDecision(const PolicySetup& setup, size_t sets);

  /// Makes room for `rows` evictions a set.
  void reserve(int64_t rows);

  /// `steps` and `scratch` have an entry a set; the sets together may keep capacity() rows each.
  void decide(std::span<const StepData> steps, std::span<const std::span<float>> scratch);

  /// What set `set` gave up in the last decision, ascending.
  const Evictions& evictions(size_t set) const { return evictions_[set]; }

 private:
  void clear();
  void decide_pooled(std::span<const std::span<float>> scratch);

  const PolicySetup& setup_;
  std::vector<StepView> views_;
  std::vector<Evictions> evictions_;
};

}  // namespace multistate
