#include "multistate/policy/vectors.h"

#include <cstddef>

#include "multistate/base/vectorize.h"

namespace multistate {
namespace {

/// Sums that run in parallel, so that they become one vector whatever the machine: the order of
/// additions, and with it the result, is the same everywhere.
constexpr size_t kLanes = 16;

/// sum_i term(a[i], b[i])
template <class Term>
MULTISTATE_INLINE float sum_of(std::span<const float> a, std::span<const float> b,
                               const Term& term) {
  float lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += term(a[i + lane], b[i + lane]);
    }
  }
  for (; i < a.size(); ++i) {
    lanes[0] += term(a[i], b[i]);
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
  return sum_of(a, b, [](float x, float y) { return x * y; });
}

MULTISTATE_VECTORIZE
float squared_distance(std::span<const float> a, std::span<const float> b) {
  return sum_of(a, b, [](float x, float y) { return (x - y) * (x - y); });
}

MULTISTATE_VECTORIZE
void add_scaled(float factor, std::span<const float> x, std::span<float> y) {
  for (size_t i = 0; i < x.size(); ++i) {
    y[i] += factor * x[i];
  }
}

}  // namespace multistate
