#include "multistate/policy/vectors.h"

#include <cmath>
#include <cstddef>
#include <cstring>

#include "multistate/base/vector_math.h"
#include "multistate/base/vectorize.h"

namespace multistate {
namespace {

/// Numbers that are added up in parallel, in a vector type: GCC keeps an array of sums in memory.
constexpr size_t kLanes = 8;
using Lanes __attribute__((vector_size(kLanes * sizeof(float)))) = float;

struct Loaded {
  Lanes lanes;

  MULTISTATE_INLINE explicit Loaded(const float* from) { std::memcpy(&lanes, from, sizeof(lanes)); }
};

/// A sum in parts, so many whatever the machine: the order of additions, and with it the result, is
/// the same everywhere.
struct Parts {
  static constexpr size_t kNumbers = 2 * kLanes;  ///< Of which each adds one.

  Lanes first = {};
  Lanes second = {};
  float rest = 0.0F;

  MULTISTATE_INLINE float sum() const {
    const Lanes both = first + second;
    float sum = rest;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      sum += both[lane];
    }
    return sum;
  }
};

/// sum_i of what add(sum, a[i], more[i]...) adds, of numbers and of Lanes.
template <class Add, class... More>
MULTISTATE_INLINE float sum_of(const Add& add, std::span<const float> a, const More&... more) {
  Parts parts;
  size_t i = 0;
  for (; i + Parts::kNumbers <= a.size(); i += Parts::kNumbers) {
    const size_t next = i + kLanes;
    add(parts.first, Loaded(a.data() + i).lanes, Loaded(more.data() + i).lanes...);
    add(parts.second, Loaded(a.data() + next).lanes, Loaded(more.data() + next).lanes...);
  }
  for (; i < a.size(); ++i) {
    add(parts.rest, a[i], more[i]...);
  }
  return parts.sum();
}

}  // namespace

MULTISTATE_VECTORIZE
float dot(std::span<const float> a, std::span<const float> b) {
  return sum_of([](auto& sum, const auto& x, const auto& y) { sum += x * y; }, a, b);
}

MULTISTATE_VECTORIZE
float largest_dot(std::span<const float> a, std::span<const float> least,
                  std::span<const float> largest) {
  const auto add_larger = [](auto& sum, const auto& x, const auto& low, const auto& high) {
    sum += x * low < x * high ? x * high : x * low;
  };
  return sum_of(add_larger, a, least, largest);
}

MULTISTATE_VECTORIZE
float squared_distance(std::span<const float> a, std::span<const float> b) {
  return sum_of([](auto& sum, const auto& x, const auto& y) { sum += (x - y) * (x - y); }, a, b);
}

// The lanes of all rows of the matrix are added up before they become one number: a sum over lanes
// for each row would take longer than the products.
MULTISTATE_VECTORIZE
float quadratic_form(std::span<const float> matrix, std::span<const float> x) {
  const size_t size = x.size();
  const size_t whole = size - size % Parts::kNumbers;
  Parts parts;
  for (size_t i = 0; i < size; ++i) {
    const float* row = matrix.data() + i * size;
    Lanes first = {};
    Lanes second = {};
    for (size_t j = 0; j < whole; j += Parts::kNumbers) {
      first += Loaded(row + j).lanes * Loaded(x.data() + j).lanes;
      second += Loaded(row + j + kLanes).lanes * Loaded(x.data() + j + kLanes).lanes;
    }
    parts.first += x[i] * first;
    parts.second += x[i] * second;
    for (size_t j = whole; j < size; ++j) {
      parts.rest += x[i] * row[j] * x[j];
    }
  }
  return parts.sum();
}

MULTISTATE_VECTORIZE
void add_scaled(float factor, std::span<const float> x, std::span<float> y) {
  for (size_t i = 0; i < x.size(); ++i) {
    y[i] += factor * x[i];
  }
}

MULTISTATE_VECTORIZE
void softmax(std::span<float> x) {
  float* const values = x.data();
  const size_t size = x.size();
  float largest = -INFINITY;
#pragma omp simd reduction(max : largest)
  for (size_t i = 0; i < size; ++i) {
    largest = largest < values[i] ? values[i] : largest;
  }
#pragma omp simd
  for (size_t i = 0; i < size; ++i) {
    values[i] = vector_exp(values[i] - largest);
  }
  const float total = sum_of([](auto& sum, const auto& y) { sum += y; }, std::span<const float>(x));
#pragma omp simd
  for (size_t i = 0; i < size; ++i) {
    values[i] /= total;
  }
}

}  // namespace multistate
