#include "multistate/policy/row_selection.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {

LargestCut cut_of_largest(std::span<float> values, int64_t count) {
  const auto last = values.begin() + count - 1;
  std::nth_element(values.begin(), last, values.end(), std::greater<>());
  const float least = *last;
  return {least, count - std::count_if(values.begin(), last, [&](float x) { return x > least; })};
}

void require_finite(const QueryView& query, std::span<const float> scores) {
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) {
      throw PolicyError(Breach::kScore,
                        fmt::format("layer {}, step {}: score {} of rows to read is {}",
                                    query.layer(), query.step(), i, scores[i]));
    }
  }
}

void mark_largest(const StepView& step, std::span<const float> values, int64_t count,
                  std::span<float> sorted, std::span<float> marks) {
  std::fill(marks.begin(), marks.end(), 0.0F);
  size_t candidates = 0;
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    const float value = values[static_cast<size_t>(row)];
    if (step.candidate(row) && !std::isnan(value)) {
      sorted[candidates++] = value;
    }
  }
  count = std::min(count, static_cast<int64_t>(candidates));
  if (count <= 0) {
    return;
  }
  auto [least, equal] = cut_of_largest(sorted.first(candidates), count);
  for (int64_t row = step.end_candidates() - 1; row >= step.first_candidate(); --row) {
    const float value = values[static_cast<size_t>(row)];
    if (step.candidate(row) && (value > least || (value == least && equal-- > 0))) {
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
