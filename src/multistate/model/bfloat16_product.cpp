#include "multistate/model/bfloat16_product.h"

#include <algorithm>
#include <bit>

#include "multistate/base/vectorize.h"

namespace multistate {
namespace {

/// Rows that are added at once, so that sums are read and written a quarter as often.
constexpr int64_t kRows = 4;

MULTISTATE_INLINE float widened(uint16_t number) {
  return std::bit_cast<float>(static_cast<uint32_t>(number) << 16);
}

}  // namespace

MULTISTATE_VECTORIZE
void multiply_by_rows(const float* x, const uint16_t* weight, int64_t rows, int64_t columns,
                      float* out) {
  std::fill(out, out + columns, 0.0F);
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    const uint16_t* first = weight + row * columns;
    const float x0 = x[row];
    const float x1 = x[row + 1];
    const float x2 = x[row + 2];
    const float x3 = x[row + 3];
#pragma omp simd
    for (int64_t i = 0; i < columns; ++i) {
      out[i] += x0 * widened(first[i]) + x1 * widened(first[columns + i]) +
                x2 * widened(first[2 * columns + i]) + x3 * widened(first[3 * columns + i]);
    }
  }
  for (; row < rows; ++row) {
    const uint16_t* last = weight + row * columns;
    const float factor = x[row];
#pragma omp simd
    for (int64_t i = 0; i < columns; ++i) {
      out[i] += factor * widened(last[i]);
    }
  }
}

MULTISTATE_VECTORIZE
void multiply_by_columns(const float* x, const uint16_t* weight, int64_t rows, int64_t columns,
                         float* out) {
  for (int64_t column = 0; column < columns; ++column, weight += rows) {
    float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < rows; ++i) {
      sum += x[i] * widened(weight[i]);
    }
    out[column] = sum;
  }
}

}  // namespace multistate
