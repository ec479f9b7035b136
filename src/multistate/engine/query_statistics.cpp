#include "multistate/engine/query_statistics.h"

#include <algorithm>
#include <cmath>

#include "multistate/policy/vectors.h"

namespace multistate {

QueryStatistics::QueryStatistics(int64_t heads, int64_t head_size)
    : heads_(heads),
      size_(head_size),
      mean_(static_cast<size_t>(heads * head_size)),
      covariance_(static_cast<size_t>(heads * head_size * head_size)),
      query_(static_cast<size_t>(head_size)) {}

void QueryStatistics::add(const HeadMatrices& queries, double position,
                          std::span<const double> frequencies) {
  ++count_;
  const auto half = frequencies.size();
  const auto size = static_cast<size_t>(size_);
  for (int64_t head = 0; head < heads_; ++head) {
    const float* turned = queries.data + head * queries.head_stride;
    for (size_t i = 0; i < half; ++i) {
      const double angle = position * frequencies[i];
      const auto cos = static_cast<float>(std::cos(angle));
      const auto sin = static_cast<float>(std::sin(angle));
      query_[i] = turned[i] * cos + turned[i + half] * sin;
      query_[i + half] = turned[i + half] * cos - turned[i] * sin;
    }
    std::copy(turned + 2 * half, turned + size, query_.begin() + static_cast<int64_t>(2 * half));
    add_head(head);
  }
}

void QueryStatistics::add_head(int64_t head) {
  const auto size = static_cast<size_t>(size_);
  const auto mean = std::span(mean_).subspan(static_cast<size_t>(head) * size, size);
  const float share = 1.0F / static_cast<float>(count_);
  // With d = x - old mean the new mean is old mean + d / n, and the covariance becomes
  // (n - 1) / n * (old covariance + d d' / n).
  for (size_t i = 0; i < size; ++i) {
    query_[i] -= mean[i];
    mean[i] += share * query_[i];
  }
  for (size_t i = 0; i < size; ++i) {
    const auto row =
        std::span(covariance_).subspan((static_cast<size_t>(head) * size + i) * size, size);
    for (float& x : row) {
      x *= 1.0F - share;
    }
    add_scaled((1.0F - share) * share * query_[i], query_, row);
  }
}

}  // namespace multistate
