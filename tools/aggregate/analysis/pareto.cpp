#include "aggregate/analysis/pareto.h"

#include <algorithm>

#include "aggregate/statistics/front.h"

namespace multistate::aggregate {
namespace {

std::vector<size_t> front_of(const Group& group, const Workspace& work, const std::string& measure,
                             bool more_is_better) {
  const MetricInfo& metric = work.headline.front();
  std::vector<size_t> cells;
  std::vector<Costs> costs;
  for (const size_t i : group.cells) {
    const Cell& cell = work.collection.cells[i];
    const auto measured = cell.measures.find(measure);
    const auto quality = cell.metrics.find(metric.name);
    if (measured == cell.measures.end() || quality == cell.metrics.end()) {
      continue;
    }
    const double value = quality->second.value;
    cells.push_back(i);
    costs.push_back({more_is_better ? -measured->second : measured->second,
                     *metric.higher_is_better ? -value : value});
  }
  std::vector<size_t> front;
  for (const size_t i : pareto_front(costs)) {
    front.push_back(cells[i]);
  }
  return front;
}

}  // namespace

void find_fronts(Group& group, const Workspace& work) {
  if (work.headline.empty() || !work.headline.front().higher_is_better) {
    return;
  }
  const bool is_quiet = std::all_of(group.cells.begin(), group.cells.end(), [&](size_t cell) {
    return work.collection.cells[cell].speed_noise.empty();
  });
  if (is_quiet) {
    group.pareto_speed = front_of(group, work, "tokens_per_s", true);
  }
  group.pareto_memory = front_of(group, work, "state_bytes", false);
}

}  // namespace multistate::aggregate
