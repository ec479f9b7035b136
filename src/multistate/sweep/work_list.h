#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "multistate/engine/shared_prefix.h"
#include "multistate/sweep/cell_run.h"

namespace multistate {

/// One sample of one cell.
struct WorkItem {
  CellRun* run = nullptr;
  int64_t sample = 0;
  std::shared_ptr<SharedPrefix> prefix;  ///< With the other cells that run this sample; or none.
};

/// What the cells miss, in the order in which it is to be run.
///
/// Without sharing cell by cell. With sharing sample by sample, so that all cells that share the
/// beginning of a sample run it one after the other and one beginning is in memory at a time. A
/// beginning is as long as at least two of the cells can use.
std::vector<WorkItem> list_work(const SweepPlan& plan,
                                const std::vector<std::unique_ptr<CellRun>>& runs, bool sharing);

}  // namespace multistate
