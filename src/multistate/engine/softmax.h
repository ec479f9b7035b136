#pragma once

#include <cmath>
#include <cstdint>

namespace multistate {

/// Replaces logits by their softmax, in place. Entry i counts as logits[i] + bias[i]; a bias of
/// -infinity takes it out: its weight is exactly 0. `bias` may be null. Needs one entry that
/// counts; NaN or infinity among those that do makes all weights NaN.
void softmax_row(float* logits, const float* bias, int64_t size);

/// log(sum(exp(x))) of numbers that come in pieces.
class LogSumExp {
 public:
  void add(const float* values, int64_t size);
  double value() const;

  /// The largest number so far; NaN does not count.
  float largest() const { return largest_; }

 private:
  float largest_ = -INFINITY;
  double sum_ = 0.0;  ///< Of exp(x - largest_).
};

}  // namespace multistate
