#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

/// The rows that a policy gives up in one step.
class Evictions {
 public:
  /// Slot `row` of the step's view goes; in any order, each once.
  void add(int64_t row) { rows_.push_back(row); }

  std::span<const int64_t> rows() const { return rows_; }
  void clear() { rows_.clear(); }
  void sort() { std::sort(rows_.begin(), rows_.end()); }
  void reserve(int64_t rows) { rows_.reserve(static_cast<size_t>(rows)); }

 private:
  std::vector<int64_t> rows_;
};

/// Decides which rows of the state are given up. The engine does everything else: it stores,
/// attends, protects, removes and counts.
///
/// A policy is immutable: one object serves all layers, samples and threads. What it has to
/// remember lies in the memory of the rows (StepView::memory) and goes with them, so nothing can
/// leak from one sample into the next.
class Policy {
 public:
  virtual ~Policy() = default;

  virtual Needs needs() const { return {}; }

  /// Called once a token, after it has attended. At least step.excess() rows have to go, all of
  /// them candidates and alive; more may, but none while the set holds fewer rows than
  /// step.capacity(): until then every policy is the full model. `scratch` has N floats of unknown
  /// content for the policy's use. Called as well when nothing has to go, so that a policy can
  /// update its memory.
  virtual void evict(const StepView& step, std::span<float> scratch,
                     Evictions& evictions) const = 0;
};

/// A policy that gives every row a score and evicts the lowest: the shape of most published ones.
class ScoringPolicy : public Policy {
 public:
  /// Importance of each row, [N]. Called only when rows have to go. Ties go to the oldest row.
  /// Scores of rows that are dead or protected are not looked at; NaN or infinity in any other
  /// stops the run.
  virtual void score(const StepView& step, std::span<float> scores) const = 0;

  /// Called at every step, before score(): the place to update memory.
  virtual void observe(const StepView& /*step*/) const {}

  void evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const final;
};

/// Adds the step.excess() live candidates with the lowest scores, oldest first among equals. Throws
/// PolicyError when one of their scores is NaN or infinite.
void evict_lowest(const StepView& step, std::span<const float> scores, Evictions& evictions);

}  // namespace multistate
