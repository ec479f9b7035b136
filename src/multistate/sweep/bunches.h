#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// Cuts the cells of a plan into bunches: all samples of one bunch are run before the next, so that
/// finished cells appear during a sweep, and the cells of a bunch share the beginning of each
/// sample.
///
/// A bunch has cells of one model and workload, those that evict first in front. It is as small as
/// it can be while the beginnings that it computes are no more than 2 % of the tokens that it
/// computes; so all bunches together compute no more than that beyond a single one. The last has
/// what is left. Cells that share nothing are a bunch each, and come first. All cells of the plan
/// count, not only those that are left to run: how a sample is run, to the last bit, must not
/// depend on what was run before.
class Bunches {
 public:
  explicit Bunches(const SweepPlan& plan);

  /// Bunches are run in the order of their numbers.
  size_t bunch_of(const PlannedCell& cell) const { return bunch_of_.at(&cell); }

  /// Tokens of a sample that at least two cells of the bunch can take over; 0 where cells share
  /// nothing.
  int64_t shared_tokens(size_t bunch, int64_t sample) const;

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
  void add_bunch(const std::vector<Sharer>& sharers);

  std::map<const PlannedCell*, size_t> bunch_of_;
  std::vector<std::vector<Longest>> samples_;  ///< By bunch.
};

/// Tokens of a sample before the cell's policy first evicts.
int64_t tokens_before_first_eviction(const PlannedCell& cell, int64_t sample);

}  // namespace multistate
