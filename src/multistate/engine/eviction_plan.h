#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace multistate {

/// What a plan of evictions has to keep to, for one set of rows and T tokens.
struct PlanRules {
  std::vector<int64_t> evictions;  ///< [T], rows evicted after each step.
  int64_t sinks = 0;               ///< Rows at the start that are never evicted.
  int64_t recent = 0;              ///< Newest rows that are not evicted.
};

/// When to evict which row so that the attention lost is least: [T], the step after which each row
/// is evicted, T for rows that stay. `later` [T][T]: entry (t, i) is the attention that row i gets
/// from the tokens after t, which is what its eviction after step t loses. The optimum: evictions
/// are assigned to rows as a linear assignment problem. Attention is that of the full cache; what
/// evictions change in later layers and in the other weights of a row's softmax is left out.
std::vector<int64_t> plan_evictions(std::span<const float> later, const PlanRules& rules);

}  // namespace multistate
