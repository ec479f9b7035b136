#include "multistate/sweep/work_list.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace multistate {
namespace {

int64_t quiet_tokens(const PlannedCell& cell, int64_t sample) {
  return cell.spec->policy.quiet_tokens(cell.workload->length(sample));
}

/// Tokens that at least two of the plan's cells can take over. All cells count, not only those that
/// are left to run: how a sample is run, to the last bit, must not depend on what was run before.
int64_t shared_tokens(const SweepPlan& plan, const PlannedCell& like, int64_t sample) {
  int64_t longest = 0;
  int64_t second = 0;
  for (const PlannedCell& cell : plan.cells) {
    if (cell.model != like.model || cell.workload != like.workload || sample >= cell.samples) {
      continue;
    }
    const int64_t quiet = quiet_tokens(cell, sample);
    second = std::max(second, std::min(longest, quiet));
    longest = std::max(longest, quiet);
  }
  return second;
}

void add_missing(CellRun& run, std::vector<WorkItem>& items) {
  const int64_t batch = run.cell().workload->batch();
  std::optional<int64_t> group;
  for (const int64_t sample : run.missing()) {
    if (sample / batch != group) {
      group = sample / batch;
      items.push_back({&run, {}, nullptr});
    }
    items.back().samples.push_back(sample);
  }
}

}  // namespace

std::vector<WorkItem> list_work(const SweepPlan& plan,
                                const std::vector<std::unique_ptr<CellRun>>& runs, bool sharing) {
  std::vector<WorkItem> items;
  for (const auto& run : runs) {
    add_missing(*run, items);
  }
  if (!sharing) {
    return items;
  }
  std::stable_sort(items.begin(), items.end(), [](const WorkItem& left, const WorkItem& right) {
    return left.samples.front() < right.samples.front();
  });
  using Key = std::tuple<const SweepModel*, const Workload*, int64_t>;
  std::map<Key, std::shared_ptr<SharedPrefix>> prefixes;
  for (WorkItem& item : items) {
    const PlannedCell& cell = item.run->cell();
    if (cell.workload->batch() > 1) {
      continue;
    }
    const int64_t sample = item.samples.front();
    const int64_t tokens = shared_tokens(plan, cell, sample);
    if (tokens == 0 || quiet_tokens(cell, sample) == 0) {
      continue;
    }
    auto& prefix = prefixes[{cell.model.get(), cell.workload.get(), sample}];
    if (!prefix) {
      prefix = std::make_shared<SharedPrefix>(tokens);
    }
    item.prefix = prefix;
  }
  return items;
}

}  // namespace multistate
