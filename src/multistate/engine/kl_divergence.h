#pragma once

#include <cmath>
#include <cstdint>

namespace multistate {

/// KL(p || q) = sum_v p_v (log p_v - log q_v), in nats, of the distributions that two rows of
/// logits make by softmax; the rows come in pieces. Exponentials are in float32, sums in float64:
/// the error is about 1e-7 nats for float32 logits of a language model, so that of two rows that
/// are equal up to rounding the result may lie that far below 0. Equal rows give exactly 0.
class KlDivergence {
 public:
  /// The next `size` logits of both rows, and the largest so far, these included, of each.
  void add(const float* p, const float* q, int64_t size, float largest_p, float largest_q);

  /// NaN where a logit is.
  double value() const;

 private:
  float largest_p_ = -INFINITY;
  float largest_q_ = -INFINITY;
  double sum_p_ = 0.0;       ///< Of exp(p - largest_p_).
  double sum_q_ = 0.0;       ///< Of exp(q - largest_q_).
  double difference_ = 0.0;  ///< Sum of exp(p - largest_p_) * (p - q).
};

}  // namespace multistate
