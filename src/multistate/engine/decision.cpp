#include "multistate/engine/decision.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "multistate/engine/policy_call.h"

namespace multistate {
namespace {

[[noreturn]] void fail(const StepView& step, Breach breach, const std::string& what) {
  throw PolicyError(breach, fmt::format("layer {}, step {}: {}", step.layer(), step.step(), what));
}

void check_rows(const StepView& step, const Evictions& evictions) {
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
    if (!step.candidate(row)) {
      fail(step, Breach::kProtected,
           fmt::format("row {} is protected, be it among the candidates: see candidate()", row));
    }
    previous = row;
  }
}

/// `live` rows were there and `evicted` of them go, where `capacity` are allowed.
void check_counts(const StepView& step, int64_t live, int64_t evicted, int64_t capacity) {
  if (evicted > 0 && live < capacity) {
    fail(step, Breach::kEarly,
         fmt::format("{} rows are evicted while only {} of {} are there", evicted, live, capacity));
  }
  if (live - evicted > capacity) {
    fail(step, Breach::kRows,
         fmt::format("{} rows are left where {} are allowed", live - evicted, capacity));
  }
}

}  // namespace

void decide(const PolicySetup& setup, std::span<const StepView> sets,
            std::span<const std::span<float>> scratch, std::span<Evictions> evictions) {
  for (Evictions& of_set : evictions) {
    of_set.clear();
  }
  call_policy(setup, sets.front().layer(), sets.front().step(), [&] {
    setup.faces.evict(sets, scratch, evictions);
    for (size_t i = 0; i < sets.size(); ++i) {
      evictions[i].sort();
      check_rows(sets[i], evictions[i]);
      check_counts(sets[i], sets[i].live_rows(), static_cast<int64_t>(evictions[i].rows().size()),
                   sets[i].capacity());
    }
  });
}

void measure(const PolicySetup& setup, std::span<const StepView> sets, std::span<float> measures) {
  call_policy(setup, sets.front().layer(), sets.front().step(), [&] {
    setup.faces.measured->measure(sets, measures);
    if (!std::all_of(measures.begin(), measures.end(), [](float x) { return std::isfinite(x); })) {
      fail(sets.front(), Breach::kScore, "a set of rows is measured as NaN or infinite");
    }
  });
}

GroupDecision::GroupDecision(const PolicySetup& setup, size_t sets, std::span<float> measures)
    : setup_(setup), measures_(measures), evictions_(sets) {
  views_.reserve(sets);
}

void GroupDecision::reserve(int64_t rows) {
  for (Evictions& evictions : evictions_) {
    evictions.reserve(rows);
  }
}

void GroupDecision::clear() {
  for (Evictions& evictions : evictions_) {
    evictions.clear();
  }
}

void GroupDecision::decide(std::span<const StepData> steps,
                           std::span<const std::span<float>> scratch) {
  views_.clear();
  for (const StepData& step : steps) {
    views_.emplace_back(step, setup_.needs);
  }
  if (!measures_.empty()) {
    measure(setup_, views_, measures_);
    return;
  }
  if (!views_.front().observed() && !views_.front().ends_prompt()) {
    clear();
    return;
  }
  if (setup_.faces.pooled != nullptr) {
    decide_pooled(scratch);
  } else {
    multistate::decide(setup_, views_, scratch, evictions_);
  }
}

void GroupDecision::decide_pooled(std::span<const std::span<float>> scratch) {
  clear();
  call_policy(setup_, views_.front().layer(), views_.front().step(), [&] {
    setup_.faces.pooled->evict_pooled(views_, scratch, evictions_);
    int64_t live = 0;
    int64_t evicted = 0;
    for (size_t set = 0; set < views_.size(); ++set) {
      evictions_[set].sort();
      check_rows(views_[set], evictions_[set]);
      live += views_[set].live_rows();
      evicted += static_cast<int64_t>(evictions_[set].rows().size());
    }
    const int64_t capacity = views_.front().capacity();
    const auto sets = static_cast<int64_t>(views_.size());
    check_counts(views_.front(), live, evicted,
                 capacity == kUnlimitedRows ? capacity : sets * capacity);
  });
}

}  // namespace multistate
