#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// Divides the cells of a plan into groups: all samples of one group are run before the next, so
/// that finished cells appear during a sweep, and the cells of a group share the prefix of each
/// sample.
///
/// A group has cells of one model and workload, those that evict first in front. It is as small as
/// it can be while its shared prefixes are at most 2 % of the tokens that it computes; so all
/// groups together compute at most that much more than a single one. The last has the remaining
/// cells. Cells that share nothing are a group each, and come first. All cells of the plan count,
/// not only those that are left to run: how a sample is run, to the last bit, must not depend on
/// what was run before.
class CellGroups {
 public:
  explicit CellGroups(const SweepPlan& plan);

  /// Groups are run in the order of their numbers.
  size_t group_of(const PlannedCell& cell) const { return group_of_.at(&cell); }

  /// Tokens of a sample that at least two cells of the group can take over; 0 where cells share
  /// nothing.
  int64_t shared_tokens(size_t group, int64_t sample) const;

 private:
  struct Longest {
    int64_t first = 0;
    int64_t second = 0;

    void add(int64_t tokens);
  };

  /// A cell that can share.
  struct Sharer {
    const PlannedCell* cell = nullptr;
    int64_t unchanged = 0;  ///< Tokens before the first eviction, of all samples.
  };

  void cut(std::vector<Sharer> sharers);
  void add_group(const std::vector<Sharer>& sharers);

  std::map<const PlannedCell*, size_t> group_of_;
  std::vector<std::vector<Longest>> samples_;  ///< By group.
};

/// Tokens of a sample before the cell's policy first evicts.
int64_t tokens_before_first_eviction(const PlannedCell& cell, int64_t sample);

}  // namespace multistate
