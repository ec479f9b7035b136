#include "multistate/engine/softmax.h"

#include <algorithm>
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

MULTISTATE_INLINE float sum_of_exponentials(const float* values, float most, int64_t size) {
  float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) {
    sum += vector_exp(values[i] - most);
  }
  return sum;
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

/// Where the pieces' sums are kept in double precision, this many floats at most are added up in
/// single precision.
constexpr int64_t kPiece = 1024;

MULTISTATE_VECTORIZE
float vectorized_largest(const float* values, int64_t size) {
  return largest(values, size);
}

MULTISTATE_VECTORIZE
double vectorized_sum(const float* values, float most, int64_t size) {
  double sum = 0.0;
  for (int64_t first = 0; first < size; first += kPiece) {
    const int64_t count = size - first < kPiece ? size - first : kPiece;
    sum += static_cast<double>(sum_of_exponentials(values + first, most, count));
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

void LogSumExp::add(const float* values, int64_t size) {
  const float most = std::max(largest_, vectorized_largest(values, size));
  if (most > largest_) {
    sum_ *= std::exp(static_cast<double>(largest_) - static_cast<double>(most));
    largest_ = most;
  }
  sum_ += vectorized_sum(values, largest_, size);
}

double LogSumExp::value() const {
  return static_cast<double>(largest_) + std::log(sum_);
}

}  // namespace multistate
