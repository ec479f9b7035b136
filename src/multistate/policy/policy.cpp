#include "multistate/policy/policy.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

/// The live candidate with the lowest score, the oldest of equals; -1 when there is none.
int64_t lowest(const StepView& step, std::span<const float> scores) {
  int64_t best = -1;
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    if (!step.live(row)) {
      continue;
    }
    const float score = scores[static_cast<size_t>(row)];
    require_finite(step, row, score);
    if (best < 0 || score < scores[static_cast<size_t>(best)]) {
      best = row;
    }
  }
  return best;
}

/// Adds the `count` lowest: the list of evictions is where they are sorted out.
void add_lowest(const StepView& step, std::span<const float> scores, int64_t count,
                Evictions& evictions) {
  const size_t before = evictions.rows().size();
  for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
    if (step.live(row)) {
      require_finite(step, row, scores[static_cast<size_t>(row)]);
      evictions.add(row);
    }
  }
  const auto added = evictions.rows().subspan(before);
  const auto kept = std::min(static_cast<size_t>(count), added.size());
  std::partial_sort(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(kept), added.end(),
                    [&](int64_t a, int64_t b) {
                      const float x = scores[static_cast<size_t>(a)];
                      const float y = scores[static_cast<size_t>(b)];
                      return x < y || (x == y && a < b);
                    });
  evictions.truncate(static_cast<int64_t>(before + kept));
}

}  // namespace

void Policy::evict_pooled(std::span<const StepView> /*sets*/,
                          std::span<const std::span<float>> /*scratch*/,
                          std::span<Evictions> /*evictions*/) const {
  throw std::logic_error("the policy declares pools_heads and has no evict_pooled()");
}

void Policy::merge(const StepView& /*step*/, std::span<const int64_t> /*rows*/,
                   RowEditor& /*editor*/) const {
  throw std::logic_error("the policy declares merges and has no merge()");
}

int64_t Policy::layer_budget(int64_t /*layer*/, int64_t /*layers*/, int64_t /*k*/) const {
  throw std::logic_error("the policy declares layer_budgets and has no layer_budget()");
}

void evict_lowest(const StepView& step, std::span<const float> scores, int64_t count,
                  Evictions& evictions) {
  if (count == 1) {
    if (const int64_t row = lowest(step, scores); row >= 0) {
      evictions.add(row);
    }
  } else if (count > 1) {
    add_lowest(step, scores, count, evictions);
  }
}

void ScoringPolicy::evict(const StepView& step, std::span<float> scratch,
                          Evictions& evictions) const {
  observe(step);
  if (step.excess() == 0) {
    return;
  }
  score(step, scratch);
  evict_lowest(step, scratch, step.excess(), evictions);
}

}  // namespace multistate
