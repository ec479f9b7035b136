#include "multistate/policy/row_selection.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace multistate {

void mark_largest(const StepView& step, std::span<const float> values, int64_t count,
                  std::span<float> sorted, std::span<float> marks) {
  std::fill(marks.begin(), marks.end(), 0.0F);
  size_t candidates = 0;
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    const float value = values[static_cast<size_t>(row)];
    if (step.live(row) && !std::isnan(value)) {
      sorted[candidates++] = value;
    }
  }
  count = std::min(count, static_cast<int64_t>(candidates));
  if (count <= 0) {
    return;
  }
  const auto all = sorted.first(candidates);
  const auto last = all.begin() + count - 1;
  std::nth_element(all.begin(), last, all.end(), std::greater<>());
  const float least = *last;
  int64_t equal = count - std::count_if(all.begin(), all.end(), [&](float x) { return x > least; });
  for (int64_t row = step.end_candidates() - 1; row >= step.first_candidate(); --row) {
    const float value = values[static_cast<size_t>(row)];
    if (step.live(row) && (value > least || (value == least && equal-- > 0))) {
      marks[static_cast<size_t>(row)] = 1.0F;
    }
  }
}

float gumbel_noise(const StepView& step, int64_t row) {
  constexpr double kSmallest = 1e-300;
  return static_cast<float>(
      -std::log(std::max(-std::log(std::max(step.uniform(row), kSmallest)), kSmallest)));
}

}  // namespace multistate
