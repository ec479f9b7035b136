#include "multistate/engine/eviction_plan.h"

#include <limits>

#include "multistate/base/assignment.h"

namespace multistate {

std::vector<int64_t> plan_evictions(std::span<const float> later, const PlanRules& rules) {
  const auto tokens = static_cast<int64_t>(rules.evictions.size());
  std::vector<int64_t> steps;  // One an eviction.
  std::vector<double> losses;  // [evictions][T]
  for (int64_t step = 0; step < tokens; ++step) {
    for (int64_t count = rules.evictions[static_cast<size_t>(step)]; count > 0; --count) {
      steps.push_back(step);
      for (int64_t row = 0; row < tokens; ++row) {
        const bool allowed = row >= rules.sinks && row <= step - rules.recent;
        losses.push_back(allowed
                             ? static_cast<double>(later[static_cast<size_t>(step * tokens + row)])
                             : std::numeric_limits<double>::infinity());
      }
    }
  }
  const auto rows = min_cost_assignment(static_cast<int64_t>(steps.size()), tokens, losses);
  std::vector<int64_t> plan(rules.evictions.size(), tokens);
  for (size_t i = 0; i < rows.size(); ++i) {
    plan[static_cast<size_t>(rows[i])] = steps[i];
  }
  return plan;
}

}  // namespace multistate
