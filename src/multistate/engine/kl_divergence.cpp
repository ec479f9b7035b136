#include "multistate/engine/kl_divergence.h"

#include "multistate/base/vector_math.h"

namespace multistate {
namespace {

struct Sums {
  double p = 0.0;
  double q = 0.0;
  double difference = 0.0;
};

MULTISTATE_VECTORIZE
Sums sums_of(const float* p, const float* q, float largest_p, float largest_q, int64_t size) {
  double sum_p = 0.0;
  double sum_q = 0.0;
  double difference = 0.0;
#pragma omp simd reduction(+ : sum_p, sum_q, difference)
  for (int64_t i = 0; i < size; ++i) {
    const float weight = vector_exp(p[i] - largest_p);
    sum_p += static_cast<double>(weight);
    sum_q += static_cast<double>(vector_exp(q[i] - largest_q));
    difference += static_cast<double>(weight) * static_cast<double>(p[i] - q[i]);
  }
  return {sum_p, sum_q, difference};
}

/// What turns sums that are relative to one largest logit into those relative to another one.
double factor(float from, float to) {
  return std::exp(static_cast<double>(from) - static_cast<double>(to));
}

}  // namespace

void KlDivergence::add(const float* p, const float* q, int64_t size, float largest_p,
                       float largest_q) {
  if (largest_p > largest_p_) {
    const double change = factor(largest_p_, largest_p);
    sum_p_ *= change;
    difference_ *= change;
    largest_p_ = largest_p;
  }
  if (largest_q > largest_q_) {
    sum_q_ *= factor(largest_q_, largest_q);
    largest_q_ = largest_q;
  }
  const Sums sums = sums_of(p, q, largest_p_, largest_q_, size);
  sum_p_ += sums.p;
  sum_q_ += sums.q;
  difference_ += sums.difference;
}

double KlDivergence::value() const {
  const double largest = static_cast<double>(largest_q_) - static_cast<double>(largest_p_);
  return difference_ / sum_p_ + largest + std::log(sum_q_ / sum_p_);
}

}  // namespace multistate
