#include "multistate/model/row_kernels.h"

#include <cmath>

#include "multistate/base/vector_math.h"

namespace multistate {

MULTISTATE_VECTORIZE
void rms_norm_rows(const float* x, const float* weight, float epsilon, int64_t rows, int64_t size,
                   float* out) {
  for (int64_t row = 0; row < rows; ++row, x += size, out += size) {
    float squares = 0.0F;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < size; ++i) {
      squares += x[i] * x[i];
    }
    const float scale = 1.0F / std::sqrt(squares / static_cast<float>(size) + epsilon);
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      out[i] = x[i] * scale * weight[i];
    }
  }
}

MULTISTATE_VECTORIZE
void rotate_heads(float* x, int64_t heads, int64_t head_stride, const float* cos, const float* sin,
                  int64_t half) {
  for (int64_t head = 0; head < heads; ++head, x += head_stride) {
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      const float low = x[i];
      const float high = x[i + half];
      x[i] = low * cos[i] - high * sin[i];
      x[i + half] = high * cos[i] + low * sin[i];
    }
  }
}

MULTISTATE_VECTORIZE
void swiglu_rows(const float* gate_up, int64_t rows, int64_t size, float* out) {
  for (int64_t row = 0; row < rows; ++row, gate_up += 2 * size, out += size) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const float gate = gate_up[i];
      // exp(-88) is the smallest that keeps exp(-gate) finite.
      const float bounded = gate < -88.0F ? -88.0F : gate;
      out[i] = gate / (1.0F + vector_exp(-bounded)) * gate_up[size + i];
    }
  }
}

}  // namespace multistate
