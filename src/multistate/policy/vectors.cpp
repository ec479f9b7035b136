#include "multistate/policy/vectors.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "multistate/base/vectorize.h"

namespace multistate {
namespace {

/// Sums that run in parallel, so that they become one vector whatever the machine: the order of
/// additions, and with it the result, is the same everywhere.
constexpr size_t kLanes = 16;

/// sum_i term(a[i], more[i]...)
template <class Term, class... More>
MULTISTATE_INLINE float sum_of(const Term& term, std::span<const float> a, const More&... more) {
  float lanes[kLanes] = {};  // NOLINT(modernize-avoid-c-arrays): becomes one vector register.
  size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += term(a[i + lane], more[i + lane]...);
    }
  }
  for (; i < a.size(); ++i) {
    lanes[0] += term(a[i], more[i]...);
  }
  float sum = 0.0F;
  for (const float lane : lanes) {
    sum += lane;
  }
  return sum;
}

}  // namespace

MULTISTATE_VECTORIZE
float dot(std::span<const float> a, std::span<const float> b) {
  return sum_of([](float x, float y) { return x * y; }, a, b);
}

MULTISTATE_VECTORIZE
float largest_dot(std::span<const float> a, std::span<const float> least,
                  std::span<const float> largest) {
  const auto larger = [](float x, float low, float high) {
    return x * low < x * high ? x * high : x * low;
  };
  return sum_of(larger, a, least, largest);
}

MULTISTATE_VECTORIZE
float squared_distance(std::span<const float> a, std::span<const float> b) {
  return sum_of([](float x, float y) { return (x - y) * (x - y); }, a, b);
}

// The lanes of all rows of the matrix are added up before they become one number: a sum over lanes
// for each row would take longer than the products. A vector type, because GCC turns an array that
// lives through both loops into scalars.
MULTISTATE_VECTORIZE
float quadratic_form(std::span<const float> matrix, std::span<const float> x) {
  using Lanes
      __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias)) =
          float;
  const size_t size = x.size();
  const size_t whole = size - size % kLanes;
  Lanes lanes = {};
  float rest = 0.0F;
  for (size_t i = 0; i < size; ++i) {
    const float* row = matrix.data() + i * size;
    Lanes products = {};
    for (size_t j = 0; j < whole; j += kLanes) {
      products +=
          *reinterpret_cast<const Lanes*>(row + j) * *reinterpret_cast<const Lanes*>(x.data() + j);
    }
    lanes += x[i] * products;
    for (size_t j = whole; j < size; ++j) {
      rest += x[i] * row[j] * x[j];
    }
  }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    rest += lanes[lane];
  }
  return rest;
}

MULTISTATE_VECTORIZE
void add_scaled(float factor, std::span<const float> x, std::span<float> y) {
  for (size_t i = 0; i < x.size(); ++i) {
    y[i] += factor * x[i];
  }
}

void softmax(std::span<float> x) {
  float largest = -INFINITY;
  for (const float value : x) {
    largest = std::max(largest, value);
  }
  float total = 0.0F;
  for (float& value : x) {
    value = std::exp(value - largest);
    total += value;
  }
  for (float& value : x) {
    value /= total;
  }
}

}  // namespace multistate
