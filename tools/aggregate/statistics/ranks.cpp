#include "aggregate/statistics/ranks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace multistate::aggregate {
namespace {

std::vector<size_t> order_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

/// Calls visit(begin, end) for every run of equal values in `order`.
template <class Visit>
void for_ties(std::span<const double> values, std::span<const size_t> order, const Visit& visit) {
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) {
      ++end;
    }
    visit(begin, end);
    begin = end;
  }
}

double tie_correction(std::span<const double> values) {
  double sum = 0.0;
  for_ties(values, order_of(values), [&](size_t begin, size_t end) {
    const auto t = static_cast<double>(end - begin);
    sum += t * t * t - t;
  });
  return sum;
}

int sign(double value) {
  return (value > 0.0 ? 1 : 0) - (value < 0.0 ? 1 : 0);
}

}  // namespace

std::vector<double> ranks_of(std::span<const double> values) {
  const auto order = order_of(values);
  std::vector<double> ranks(values.size());
  for_ties(values, order, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      ranks[order[i]] = 0.5 * static_cast<double>(begin + 1 + end);
    }
  });
  return ranks;
}

std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) {
    throw std::invalid_argument("an agreement is of two orders of the same items");
  }
  int64_t balance = 0;
  int64_t differ_a = 0;
  int64_t differ_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const int64_t first = sign(a[i] - a[j]);
      const int64_t second = sign(b[i] - b[j]);
      balance += first * second;
      differ_a += first * first;
      differ_b += second * second;
    }
  }
  if (differ_a == 0 || differ_b == 0) {
    return std::nullopt;
  }
  return static_cast<double>(balance) /
         std::sqrt(static_cast<double>(differ_a) * static_cast<double>(differ_b));
}

std::optional<double> kendall_w(std::span<const std::vector<double>> values) {
  if (values.size() < 2 || values.front().size() < 2) {
    throw std::invalid_argument("a concordance is of two or more orders of two or more items");
  }
  const auto m = static_cast<double>(values.size());
  const auto n = static_cast<double>(values.front().size());
  std::vector<double> sums(values.front().size(), 0.0);
  double ties = 0.0;
  for (const std::vector<double>& order : values) {
    const auto ranks = ranks_of(order);
    if (ranks.size() != sums.size()) {
      throw std::invalid_argument("a concordance is of orders of the same items");
    }
    std::transform(sums.begin(), sums.end(), ranks.begin(), sums.begin(), std::plus<>());
    ties += tie_correction(order);
  }
  double squares = 0.0;
  for (const double sum : sums) {
    const double deviation = sum - m * (n + 1.0) / 2.0;
    squares += deviation * deviation;
  }
  const double largest = m * m * (n * n * n - n) - m * ties;
  return largest > 0.0 ? std::optional(12.0 * squares / largest) : std::nullopt;
}

std::optional<double> mean_tau_b(std::span<const std::vector<double>> values) {
  double sum = 0.0;
  int pairs = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const auto tau = kendall_tau_b(values[i], values[j]);
      if (!tau) {
        return std::nullopt;
      }
      sum += *tau;
      ++pairs;
    }
  }
  return pairs > 0 ? std::optional(sum / pairs) : std::nullopt;
}

}  // namespace multistate::aggregate
