#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

/// Mean and covariance of the queries of a set's heads, before RoPE, as they come: numerically
/// stable one-pass updates (Welford 1962). Letters: H heads of the set, D head size.
class QueryStatistics {
 public:
  QueryStatistics() = default;
  QueryStatistics(int64_t heads, int64_t head_size);

  /// Takes in the newest query of every head: `queries` [H][D], as RoPE has turned them to
  /// `position`; `frequencies` [D/2] as in StepView::rotary_frequencies().
  void add(const HeadMatrices& queries, double position, std::span<const double> frequencies);

  HeadMatrices mean() const { return {mean_.data(), size_, 0}; }                      ///< [H][D]
  HeadMatrices covariance() const { return {covariance_.data(), size_ * size_, 0}; }  ///< [H][D][D]

  /// What has to be held from one query to the next: means and covariances.
  int64_t bytes() const {
    return static_cast<int64_t>((mean_.size() + covariance_.size()) * sizeof(float));
  }

 private:
  void add_head(int64_t head);

  int64_t heads_ = 0;
  int64_t size_ = 0;
  int64_t count_ = 0;
  std::vector<float> mean_;
  std::vector<float> covariance_;
  std::vector<float> query_;  ///< [D], the one that is taken in.
};

}  // namespace multistate
