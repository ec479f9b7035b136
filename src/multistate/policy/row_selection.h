#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "multistate/policy/query_view.h"
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

/// What tells the `count` largest of some numbers from the others: they are all that are larger
/// than `least`, and `equal` of those that equal it.
struct LargestCut {
  float least = 0.0F;
  int64_t equal = 0;
};

/// Of `values`, none of them NaN; 1 <= count <= their number. Changes their order.
LargestCut cut_of_largest(std::span<float> values, int64_t count);

/// Calls take(i) for the `count` largest scores, in ascending order of i, or for all where there
/// are fewer; of equal ones the newest. `sorted` has as many floats of unknown content. Throws
/// PolicyError when a score is NaN or infinite.
template <class Take>
void for_largest(const QueryView& query, std::span<const float> scores, int64_t count,
                 std::span<float> sorted, const Take& take);

/// marks[row] [N] = 1 for the `count` live candidates with the largest values, the newest of equal
/// ones, and 0 for all other rows; all live candidates where there are fewer. NaN is never among
/// them. `sorted` has N floats of unknown content.
void mark_largest(const StepView& step, std::span<const float> values, int64_t count,
                  std::span<float> sorted, std::span<float> marks);

/// -ln(-ln u) of the row's random number: the rows with the largest sum of this and the logarithm
/// of a weight are a sample without replacement in proportion to the weights. (Needs::random)
float gumbel_noise(const StepView& step, int64_t row);

/// Throws PolicyError when a score is NaN or infinite.
void require_finite(const QueryView& query, std::span<const float> scores);

template <class Take>
void for_largest(const QueryView& query, std::span<const float> scores, int64_t count,
                 std::span<float> sorted, const Take& take) {
  require_finite(query, scores);
  const auto size = static_cast<int64_t>(scores.size());
  if (count <= 0) {
    return;
  }
  std::copy(scores.begin(), scores.end(), sorted.begin());
  const LargestCut cut = cut_of_largest(sorted.first(scores.size()), std::min(count, size));
  int64_t skipped = std::count(scores.begin(), scores.end(), cut.least) - cut.equal;
  for (int64_t i = 0; i < size; ++i) {
    const float score = scores[static_cast<size_t>(i)];
    if (score > cut.least || (score == cut.least && skipped-- <= 0)) {
      take(i);
    }
  }
}

}  // namespace multistate
