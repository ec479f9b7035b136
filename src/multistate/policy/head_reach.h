#pragma once

#include "multistate/policy/policy.h"

namespace multistate {

/// Budgets by how far back the query heads of a set look, guessed from a calibration before a
/// sample begins. A measure is in (0, 1]: the mean query attends to 500 keys that are all the mean
/// key, the last at its own position; the mean over positions, and over heads, of the attention
/// summed from the oldest key up to there. 1 where all of it goes to the oldest key, near 0.5 where
/// it is spread evenly, near 0 where it stays at home.
///
/// As kvpress guesses the heads of DuoAttention (arXiv:2410.10819), whose authors train them.
class BudgetsByReach : public MeasuredBudgets {
 public:
  bool measures_first() const override { return true; }
  void measure(std::span<const StepView> sets, std::span<float> measures) const override;
};

}  // namespace multistate
