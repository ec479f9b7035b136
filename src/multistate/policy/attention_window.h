#pragma once

#include <cstdint>
#include <span>

#include "multistate/policy/step_view.h"

namespace multistate {

/// The attention that the newest `size` queries gave every row, mean over the heads of the set,
/// kept in the rows' memory: fields [first_field, first_field + size). A row that came later than a
/// query has 0 from it.
class AttentionWindow {
 public:
  /// `size` is 1 or more.
  explicit AttentionWindow(int64_t size, int64_t first_field = 0)
      : size_(size), first_field_(first_field) {}

  int64_t size() const { return size_; }

  /// Takes in the newest query; once a step.
  void record(const StepView& step) const;

  /// What query number `index` (0 <= index < size()) of the window gave, [N]; in no order of time.
  std::span<const float> weights(const StepView& step, int64_t index) const;

  /// out[row] = sum over the window's queries.
  void sum(const StepView& step, std::span<float> out) const;

 private:
  int64_t size_;
  int64_t first_field_;
};

}  // namespace multistate
