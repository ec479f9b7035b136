#pragma once

#include <cstdint>
#include <span>

#include "multistate/policy/step_view.h"

namespace multistate {

/// Calls visit(i) for the `reach` live rows before and as many after `row`, which is not among
/// them, as far as there are any; only rows before `end` count.
template <class Visit>
void for_neighbours(const StepView& step, int64_t row, int64_t reach, int64_t end,
                    const Visit& visit) {
  for (const int64_t way : {-1, 1}) {
    int64_t left = reach;
    for (int64_t i = row + way; i >= 0 && i < end && left > 0; i += way) {
      if (step.live(i)) {
        visit(i);
        --left;
      }
    }
  }
}

/// marks[row] [N] = 1 for the `count` live candidates with the largest values, the newest of equal
/// ones, and 0 for all other rows; all live candidates where there are fewer. NaN is never among
/// them. `sorted` has N floats of unknown content.
void mark_largest(const StepView& step, std::span<const float> values, int64_t count,
                  std::span<float> sorted, std::span<float> marks);

/// -ln(-ln u) of the row's random number: the rows with the largest sum of this and the logarithm
/// of a weight are a sample without replacement in proportion to the weights. (Needs::random)
float gumbel_noise(const StepView& step, int64_t row);

}  // namespace multistate
