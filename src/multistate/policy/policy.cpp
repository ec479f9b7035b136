#include "multistate/policy/policy.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

void require_finite(const StepView& step, int64_t row, float score) {
  if (!std::isfinite(score)) {
    throw PolicyError(
        Breach::kScore,
        fmt::format("layer {}, step {}: the score of the row at position {} is {}", step.layer(),
                    step.step(), step.positions()[static_cast<size_t>(row)], score));
  }
}

/// The highest score that ties with `lowest`.
float tie_limit(float lowest, float tolerance) {
  return lowest + tolerance * std::abs(lowest);
}

/// The live candidate with the lowest score, the oldest of those that tie; -1 when there is none.
int64_t lowest(const StepView& step, std::span<const float> scores, float tolerance) {
  int64_t best = -1;
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    if (!step.candidate(row)) {
      continue;
    }
    const float score = scores[static_cast<size_t>(row)];
    require_finite(step, row, score);
    if (best < 0 || score < scores[static_cast<size_t>(best)]) {
      best = row;
    }
  }
  if (best < 0 || tolerance == 0.0F) {
    return best;
  }
  const float limit = tie_limit(scores[static_cast<size_t>(best)], tolerance);
  int64_t oldest = step.first_candidate();
  while (!step.candidate(oldest) || scores[static_cast<size_t>(oldest)] > limit) {
    ++oldest;
  }
  return oldest;
}

/// Of rows in order of score, moves to the front the `count` that are evicted one by one: each time
/// the oldest of those that tie with the lowest left.
void take_oldest_of_ties(std::span<int64_t> rows, std::span<const float> scores, size_t count,
                         float tolerance) {
  const auto score_of = [&](auto row) { return scores[static_cast<size_t>(*row)]; };
  for (auto first = rows.begin(); count > 0; ++first, --count) {
    const float limit = tie_limit(score_of(first), tolerance);
    auto oldest = first;
    for (auto row = first + 1; row != rows.end() && score_of(row) <= limit; ++row) {
      oldest = *row < *oldest ? row : oldest;
    }
    std::rotate(first, oldest, oldest + 1);
  }
}

/// Adds the `count` lowest: the list of evictions is where they are sorted out.
void add_lowest(const StepView& step, std::span<const float> scores, int64_t count, float tolerance,
                Evictions& evictions) {
  const size_t before = evictions.rows().size();
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    if (step.candidate(row)) {
      require_finite(step, row, scores[static_cast<size_t>(row)]);
      evictions.add(row);
    }
  }
  const auto added = evictions.rows().subspan(before);
  const auto kept = std::min(static_cast<size_t>(count), added.size());
  // Rows that tie may come from behind the lowest `count`, so with a tolerance all are sorted.
  const auto sorted = static_cast<std::ptrdiff_t>(tolerance == 0.0F ? kept : added.size());
  std::partial_sort(added.begin(), added.begin() + sorted, added.end(), [&](int64_t a, int64_t b) {
    const float x = scores[static_cast<size_t>(a)];
    const float y = scores[static_cast<size_t>(b)];
    return x < y || (x == y && a < b);
  });
  if (tolerance > 0.0F) {
    take_oldest_of_ties(added, scores, kept, tolerance);
  }
  evictions.truncate(static_cast<int64_t>(before + kept));
}

}  // namespace

void evict_lowest(const StepView& step, std::span<const float> scores, int64_t count,
                  Evictions& evictions, float tolerance) {
  if (count == 1) {
    if (const int64_t row = lowest(step, scores, tolerance); row >= 0) {
      evictions.add(row);
    }
  } else if (count > 1) {
    add_lowest(step, scores, count, tolerance, evictions);
  }
}

}  // namespace multistate
