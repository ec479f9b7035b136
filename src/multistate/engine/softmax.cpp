#include "multistate/engine/softmax.h"

#include <cmath>

#include "multistate/base/vector_math.h"

namespace multistate {
namespace {

MULTISTATE_INLINE float largest(const float* values, int64_t size) {
  float most = -INFINITY;
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < size; ++i) {
    most = most < values[i] ? values[i] : most;
  }
  return most;
}

/// values[i] = exp(values[i] - most); returns their sum.
MULTISTATE_INLINE float exponentiate(float* values, float most, int64_t size) {
  float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) {
    values[i] = vector_exp(values[i] - most);
    sum += values[i];
  }
  return sum;
}

}  // namespace

MULTISTATE_VECTORIZE
void softmax_row(float* logits, const float* bias, int64_t size) {
  if (bias != nullptr) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      logits[i] += bias[i];
    }
  }
  const float scale = 1.0F / exponentiate(logits, largest(logits, size), size);
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    logits[i] *= scale;
  }
}

}  // namespace multistate
