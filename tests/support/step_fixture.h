#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "multistate/policy/setup.h"

namespace multistate::test {

/// A step worked by hand: rows at `positions`, the attention of every head, and what the policy
/// remembers.
struct HandMadeStep {
  int64_t step = 0;
  std::vector<int64_t> positions = {};
  std::vector<std::vector<float>> attention = {};  ///< [head][row]
  std::vector<float> memory = {};                  ///< [row], one field.
  std::vector<uint8_t> live = {};                  ///< Empty: all.
};

/// The rows (indices) that the policy of `setup` evicts; `step.memory` is updated.
inline std::vector<int64_t> evicted(const PolicySetup& setup, HandMadeStep& step) {
  const auto rows = static_cast<int64_t>(step.positions.size());
  if (step.live.empty()) {
    step.live.assign(step.positions.size(), 1);
  }
  step.memory.resize(step.positions.size());
  std::vector<float> weights;
  for (const auto& head : step.attention) {
    weights.insert(weights.end(), head.begin(), head.end());
  }
  Random random({11});
  StepData data;
  data.step = step.step;
  data.state_size = setup.state_size;
  data.capacity = setup.capacity();
  data.live_rows = std::count(step.live.begin(), step.live.end(), uint8_t{1});
  data.heads = static_cast<int64_t>(step.attention.size());
  data.positions = step.positions;
  data.live = step.live;
  data.first_candidate = std::min(setup.common.sinks, rows);
  data.end_candidates = std::max(data.first_candidate, rows - setup.recent());
  data.attention = {weights.data(), rows, 0};
  data.memory = step.memory.data();
  data.memory_stride = rows;
  data.random = &random;
  std::vector<float> scratch(step.positions.size());
  Evictions evictions;
  setup.policy->evict(StepView(data, setup.needs), scratch, evictions);
  return {evictions.rows().begin(), evictions.rows().end()};
}

}  // namespace multistate::test
