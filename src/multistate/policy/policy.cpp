#include "multistate/policy/policy.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

/// The live candidate with the lowest score above (floor_score, floor_row) in the order (score,
/// row).
int64_t next_lowest(const StepView& step, std::span<const float> scores, float floor_score,
                    int64_t floor_row) {
  int64_t best = -1;
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    const float score = scores[static_cast<size_t>(row)];
    if (!step.live(row)) {
      continue;
    }
    if (!std::isfinite(score)) {
      throw PolicyError(
          Breach::kScore,
          fmt::format("layer {}, step {}: the score of the row at position {} is {}", step.layer(),
                      step.step(), step.positions()[static_cast<size_t>(row)], score));
    }
    const bool above_floor = score > floor_score || (score == floor_score && row > floor_row);
    if (above_floor && (best < 0 || score < scores[static_cast<size_t>(best)])) {
      best = row;
    }
  }
  return best;
}

}  // namespace

void evict_lowest(const StepView& step, std::span<const float> scores, Evictions& evictions) {
  float score = -INFINITY;
  int64_t row = -1;
  for (int64_t left = step.excess(); left > 0; --left) {
    row = next_lowest(step, scores, score, row);
    if (row < 0) {
      return;
    }
    score = scores[static_cast<size_t>(row)];
    evictions.add(row);
  }
}

void ScoringPolicy::evict(const StepView& step, std::span<float> scratch,
                          Evictions& evictions) const {
  observe(step);
  if (step.excess() == 0) {
    return;
  }
  score(step, scratch);
  evict_lowest(step, scratch, evictions);
}

}  // namespace multistate
