#include "multistate/engine/decision.h"

#include <limits>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

[[noreturn]] void fail(const StepView& step, Breach breach, const std::string& what) {
  throw PolicyError(breach, fmt::format("layer {}, step {}: {}", step.layer(), step.step(), what));
}

void check(const StepView& step, const Evictions& evictions) {
  int64_t previous = std::numeric_limits<int64_t>::min();
  for (const int64_t row : evictions.rows()) {
    if (row == previous) {
      fail(step, Breach::kRepeated, fmt::format("row {} is evicted twice", row));
    }
    if (row < step.first_candidate() || row >= step.end_candidates()) {
      fail(step, Breach::kProtected,
           fmt::format("row {} is protected or does not exist; candidates are {} to {}", row,
                       step.first_candidate(), step.end_candidates() - 1));
    }
    if (!step.live(row)) {
      fail(step, Breach::kRepeated, fmt::format("row {} was evicted before", row));
    }
    previous = row;
  }
  if (!evictions.rows().empty() && step.live_rows() < step.capacity()) {
    fail(step, Breach::kEarly,
         fmt::format("{} rows are evicted while only {} of {} are there", evictions.rows().size(),
                     step.live_rows(), step.capacity()));
  }
  const int64_t left = step.live_rows() - static_cast<int64_t>(evictions.rows().size());
  if (left > step.capacity()) {
    fail(step, Breach::kRows,
         fmt::format("{} rows are left where {} are allowed", left, step.capacity()));
  }
}

}  // namespace

void decide(const PolicySetup& setup, const StepView& step, std::span<float> scratch,
            Evictions& evictions) {
  evictions.clear();
  try {
    setup.policy->evict(step, scratch, evictions);
    evictions.sort();
    check(step, evictions);
  } catch (const PolicyError& error) {
    throw PolicyError(error.breach(),
                      fmt::format("policy {}: {}", setup.entry->info.name, error.what()));
  }
}

}  // namespace multistate
