#include "multistate/model/row_kernels.h"

#include <cmath>

#include "multistate/base/vector_math.h"

namespace multistate {
namespace {

/// 1 / (1 + exp(-x))
MULTISTATE_INLINE float logistic(float x) {
  // exp(88) is the largest that is finite.
  const float bounded = x < -88.0F ? -88.0F : x;
  return 1.0F / (1.0F + vector_exp(-bounded));
}

/// tanh(x): near 0 a polynomial (coefficients of the Cephes library's tanhf), beyond by exp.
MULTISTATE_INLINE float vector_tanh(float x) {
  const float square = x * x;
  float p = -5.70498872745e-3F;
  p = p * square + 2.06390887954e-2F;
  p = p * square - 5.37397155531e-2F;
  p = p * square + 1.33314422036e-1F;
  p = p * square - 3.33332819422e-1F;
  const float near = p * square * x + x;
  const float bounded = x > 44.0F ? 44.0F : x;
  const float far = 1.0F - 2.0F / (vector_exp(2.0F * bounded) + 1.0F);
  return square < 0.390625F ? near : far;
}

}  // namespace

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

MULTISTATE_VECTORIZE
void geglu_rows(const float* gate_up, int64_t rows, int64_t size, float* out) {
  constexpr float kTwiceRoot = 1.5957691216057308F;  // 2 sqrt(2 / pi)
  for (int64_t row = 0; row < rows; ++row, gate_up += 2 * size, out += size) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const float x = gate_up[i];
      // (1 + tanh(y)) / 2 is the logistic function of 2 y.
      out[i] = x * logistic(kTwiceRoot * (x + 0.044715F * x * x * x)) * gate_up[size + i];
    }
  }
}

MULTISTATE_VECTORIZE
void cap_row(float* x, float cap, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    x[i] = cap * vector_tanh(x[i] / cap);
  }
}

}  // namespace multistate
