#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multistate/base/supervisor.h"

namespace multistate {

/// A cell whose work has cost a process.
struct CrashedCell {
  std::string folder;  ///< PlannedCell::folder().
  int64_t sample = 0;
  std::string message;
};

/// Finds out from the deaths of processes which cells they died of, so that each costs no more than
/// that cell.
class Crashes {
 public:
  /// Learns from a death. Where several samples were being run and none is known to be at fault,
  /// the next process runs them one at a time. Where the process was killed from elsewhere, a cell
  /// is at fault once that has happened twice in the same sample. False when another process would
  /// die of the same: this one ran no sample, and was not killed or the third in a row that was.
  bool learn(const ProcessDeath& death);

  const std::vector<CrashedCell>& cells() const { return cells_; }
  bool one_at_a_time() const { return one_at_a_time_; }

 private:
  using Place = std::pair<std::string, int64_t>;

  std::vector<CrashedCell> cells_;
  std::optional<Place> killed_in_;
  int64_t killed_without_work_ = 0;  ///< One after the other.
  bool killed_before_ = false;
  bool one_at_a_time_ = false;
};

}  // namespace multistate
