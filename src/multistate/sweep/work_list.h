#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "multistate/engine/shared_prefix.h"
#include "multistate/sweep/cell_run.h"

namespace multistate {

/// Samples of one cell that are run together: one, or as many as the workload's batch() allows.
struct WorkItem {
  CellRun* run = nullptr;
  std::vector<int64_t> samples;          ///< Ascending.
  std::shared_ptr<SharedPrefix> prefix;  ///< With the other cells that run this sample; or none.

  /// The lease of these samples: the same in every process that runs the sweep.
  std::string lease;

  /// For samples that measure times: the lease of the machine, so that one runs there at a time.
  std::string machine_lease;
};

/// What the cells miss, in the order in which it is to be run. Which samples are run together
/// follows from their numbers alone, not from what has been run before.
///
/// Without sharing cell by cell. With sharing group by group (see CellGroups), and in a group
/// sample by sample, so that all cells that share the beginning of a sample run it one after the
/// other and one beginning is in memory at a time.
std::vector<WorkItem> list_work(const SweepPlan& plan,
                                const std::vector<std::unique_ptr<CellRun>>& runs, bool sharing);

}  // namespace multistate
