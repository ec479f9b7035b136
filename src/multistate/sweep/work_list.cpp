#include "multistate/sweep/work_list.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/process_identity.h"
#include "multistate/experiment/exclusive_experiment.h"
#include "multistate/sweep/cell_groups.h"

namespace multistate {
namespace {

std::string lease_of(const PlannedCell& cell, int64_t group) {
  return fmt::format("cell.{}.{}", cell.folder(), group);
}

void add_missing(CellRun& run, std::vector<WorkItem>& items) {
  const int64_t batch = run.cell().workload->batch();
  const bool is_timed = is_exclusive(*run.cell().spec->experiment.experiment);
  const std::string machine = is_timed ? "machine." + host_name() : "";
  std::optional<int64_t> group;
  for (const int64_t sample : run.missing()) {
    if (sample / batch != group) {
      group = sample / batch;
      items.push_back({&run, {}, nullptr, lease_of(run.cell(), sample / batch), machine});
    }
    items.back().samples.push_back(sample);
  }
}

}  // namespace

std::vector<WorkItem> list_work(const SweepPlan& plan,
                                const std::vector<std::unique_ptr<CellRun>>& runs, bool sharing) {
  std::vector<WorkItem> listed;
  for (const auto& run : runs) {
    add_missing(*run, listed);
  }
  if (!sharing) {
    return listed;
  }
  const CellGroups groups(plan);
  using Place = std::pair<size_t, int64_t>;  // Group and sample.
  std::vector<std::pair<Place, size_t>> order;
  order.reserve(listed.size());
  for (const WorkItem& item : listed) {
    order.push_back({{groups.group_of(item.run->cell()), item.samples.front()}, order.size()});
  }
  std::sort(order.begin(), order.end());
  std::vector<WorkItem> items;
  std::map<Place, std::shared_ptr<SharedPrefix>> prefixes;
  for (const auto& [place, index] : order) {
    WorkItem& item = items.emplace_back(std::move(listed[index]));
    const auto [group, sample] = place;
    const int64_t tokens = groups.shared_tokens(group, sample);
    if (tokens == 0 || tokens_before_first_eviction(item.run->cell(), sample) == 0) {
      continue;
    }
    auto& prefix = prefixes[place];
    if (!prefix) {
      prefix = std::make_shared<SharedPrefix>(tokens);
    }
    item.prefix = prefix;
  }
  return items;
}

}  // namespace multistate
