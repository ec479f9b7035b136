#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace multistate {

/// The life of every row of one row set: enough to say which rows were kept at every step.
///
/// A row is born at the step of its token and is seen by the queries from that step to the one
/// after which it was evicted, both included.
class RowTrace {
 public:
  static constexpr int64_t kAlive = -1;

  /// Makes room for the rows of a sample, so that recording them allocates nothing.
  void reserve(int64_t tokens) { evicted_at_.reserve(static_cast<std::size_t>(tokens)); }

  void record_birth() { evicted_at_.push_back(kAlive); }
  void record_eviction(int64_t position, int64_t step);

  /// By position: the step after which the row was evicted, or kAlive.
  const std::vector<int64_t>& evicted_at() const { return evicted_at_; }

  int64_t tokens() const { return static_cast<int64_t>(evicted_at_.size()); }
  int64_t evictions() const { return evictions_; }

  /// Positions of the rows that are kept after `step`, ascending.
  std::vector<int64_t> kept_after(int64_t step) const;

  /// Queries that saw the row of `position` so far.
  int64_t lifetime(int64_t position) const;

  /// Queries that saw a row, summed over all rows. When one row goes a step this is sum_t min(t +
  /// 1, k + 1), whatever the policy: what one row gains another loses.
  int64_t total_lifetime() const;

 private:
  std::vector<int64_t> evicted_at_;
  int64_t evictions_ = 0;
};

}  // namespace multistate
