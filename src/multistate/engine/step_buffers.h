#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

/// The memory that a policy may use during a call, for one set of rows.
class StepBuffers {
 public:
  /// Makes room for `rows` slots, so that steps allocate nothing.
  void reserve(const Needs& needs, int64_t rows, int64_t head_size) {
    rows_ = rows;
    scores_.resize(static_cast<size_t>(rows));
    scratch_.resize(static_cast<size_t>(needs.scratch * rows));
    vectors_.resize(static_cast<size_t>(needs.vectors * head_size));
    future_.resize(needs.future ? static_cast<size_t>(rows) : 0);
  }

  void show(StepData& data) {
    data.scratch = scratch_.data();
    data.scratch_stride = rows_;
    data.vectors = vectors_.data();
  }

  /// [slots], for the policy's scores.
  std::span<float> scores(int64_t slots) {
    return std::span(scores_).first(static_cast<size_t>(slots));
  }

  /// [slots], for what StepView::future_scores() shows.
  std::span<float> future(int64_t slots) {
    return std::span(future_).first(static_cast<size_t>(slots));
  }

 private:
  int64_t rows_ = 0;
  std::vector<float> scores_;
  std::vector<float> scratch_;
  std::vector<float> vectors_;
  std::vector<float> future_;
};

}  // namespace multistate
