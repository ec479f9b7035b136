#include "multistate/sweep/work_list.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/process_identity.h"
#include "multistate/experiment/exclusive_experiment.h"

namespace multistate {
namespace {

int64_t tokens_before_first_eviction(const PlannedCell& cell, int64_t sample) {
  return cell.spec->policy.tokens_before_first_eviction(cell.workload->length(sample));
}

/// Tokens of each sample that at least two of the plan's cells can take over. All cells count, not
/// only those that are left to run: how a sample is run, to the last bit, must not depend on what
/// was run before.
class SharedTokens {
 public:
  explicit SharedTokens(const SweepPlan& plan) {
    for (const PlannedCell& cell : plan.cells) {
      auto& samples = samples_[{cell.model.get(), cell.workload.get()}];
      samples.resize(std::max(samples.size(), static_cast<size_t>(cell.samples)));
      for (int64_t sample = 0; sample < cell.samples; ++sample) {
        samples[static_cast<size_t>(sample)].add(tokens_before_first_eviction(cell, sample));
      }
    }
  }

  int64_t of(const PlannedCell& cell, int64_t sample) const {
    return samples_.at({cell.model.get(), cell.workload.get()})
        .at(static_cast<size_t>(sample))
        .second;
  }

 private:
  struct Longest {
    int64_t first = 0;
    int64_t second = 0;

    void add(int64_t tokens) {
      second = std::max(second, std::min(first, tokens));
      first = std::max(first, tokens);
    }
  };

  std::map<std::pair<const SweepModel*, const Workload*>, std::vector<Longest>> samples_;
};

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
  const SharedTokens shared(plan);
  for (WorkItem& item : items) {
    const PlannedCell& cell = item.run->cell();
    if (cell.workload->batch() > 1) {
      continue;
    }
    const int64_t sample = item.samples.front();
    const int64_t tokens = shared.of(cell, sample);
    if (tokens == 0 || tokens_before_first_eviction(cell, sample) == 0) {
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
