#include "multistate/results/paired_test.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "multistate/base/random.h"
#include "multistate/results/distributions.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

/// Sums under all sign patterns; the pattern whose bit i is set has a plus before value i.
std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums = {0.0};
  for (const double value : values) {
    const size_t half = sums.size();
    sums.resize(2 * half);
    for (size_t i = 0; i < half; ++i) {
      sums[half + i] = sums[i] + value;
      sums[i] -= value;
    }
  }
  return sums;
}

/// The same in ascending order: those with the next value added and those with it taken away are
/// two ordered runs, which are merged.
std::vector<double> ordered_sums(std::span<const double> values) {
  std::vector<double> sums = {0.0};
  std::vector<double> next;
  for (const double value : values) {
    const double size = std::abs(value);
    const size_t count = sums.size();
    next.resize(2 * count);
    for (size_t low = 0, high = 0, i = 0; i < next.size(); ++i) {
      const bool take_low = high == count || (low < count && sums[low] - size <= sums[high] + size);
      next[i] = take_low ? sums[low] - size : sums[high] + size;
      ++(take_low ? low : high);
    }
    sums.swap(next);
  }
  return sums;
}

/// Share of all sign patterns whose sum is `limit` or more: each is one of the first half's sums
/// and one of the second half's.
double share_at_least(std::span<const double> differences, double limit) {
  const size_t middle = differences.size() / 2;
  const auto first = ordered_sums(differences.first(middle));
  const auto second = ordered_sums(differences.subspan(middle));
  uint64_t count = 0;
  auto rest = second.end();
  for (const double sum : first) {
    while (rest != second.begin() && sum + *(rest - 1) >= limit) {
      --rest;
    }
    count += static_cast<uint64_t>(second.end() - rest);
  }
  return static_cast<double>(count) / std::exp2(static_cast<double>(differences.size()));
}

/// b of (b + 1) / (draws + 1). Signs are drawn eight at a time, for which the sums are known.
uint64_t drawn_at_least(std::span<const double> differences, double limit, size_t draws,
                        Random& random) {
  constexpr size_t kBits = 8;
  std::vector<std::vector<double>> tables;
  for (size_t i = 0; i < differences.size(); i += kBits) {
    tables.push_back(signed_sums(differences.subspan(i, std::min(kBits, differences.size() - i))));
  }
  uint64_t count = 0;
  for (size_t draw = 0; draw < draws; ++draw) {
    uint64_t bits = 0;
    double sum = 0.0;
    for (size_t i = 0; i < tables.size(); ++i) {
      bits = i % 8 == 0 ? random.bits() : bits >> kBits;
      sum += tables[i][bits & (tables[i].size() - 1)];
    }
    count += std::abs(sum) >= limit ? 1 : 0;
  }
  return count;
}

std::vector<size_t> ascending(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

/// Whether two of them have the same size, up to rounding.
bool has_equal_sizes(std::span<const double> differences) {
  std::vector<double> sizes(differences.size());
  std::transform(differences.begin(), differences.end(), sizes.begin(),
                 [](double difference) { return std::abs(difference); });
  std::sort(sizes.begin(), sizes.end());
  const double rounding = 1e-12 * sizes.back();
  return std::adjacent_find(sizes.begin(), sizes.end(),
                            [&](double a, double b) { return b - a <= rounding; }) != sizes.end();
}

double student_p(std::span<const double> differences) {
  const Estimate mean = mean_of(differences);
  return student_two_sided(mean.value / *mean.standard_error,
                           static_cast<int64_t>(differences.size()) - 1);
}

bool resolves(size_t n, size_t tests, size_t draws, double share) {
  return least_permutation_p(n, draws) * static_cast<double>(tests) <= share * kSignificant;
}

}  // namespace

double sign_flip_p(std::span<const double> differences, size_t draws, uint64_t seed) {
  double total = 0.0;
  double size = 0.0;
  for (const double difference : differences) {
    total += difference;
    size += std::abs(difference);
  }
  if (differences.empty() || !std::isfinite(size)) {
    throw std::invalid_argument("a paired test needs finite differences");
  }
  const double limit = std::abs(total) - 1e-12 * size;
  if (limit <= 0.0) {
    return 1.0;
  }
  if (differences.size() <= kExactSamples) {
    // The sums are symmetric about 0: a pattern and its opposite.
    return 2.0 * share_at_least(differences, limit);
  }
  Random random({seed, differences.size()});
  const uint64_t extreme = drawn_at_least(differences, limit, draws, random);
  return static_cast<double>(extreme + 1) / static_cast<double>(draws + 1);
}

double cohens_dz(std::span<const double> differences) {
  if (differences.size() < 2) {
    return std::nan("");
  }
  const Estimate mean = mean_of(differences);
  const double deviation =
      *mean.standard_error * std::sqrt(static_cast<double>(differences.size()));
  if (mean.value == 0.0) {
    return 0.0;
  }
  return mean.value / deviation;
}

std::vector<double> holm(std::span<const double> p_values) {
  const size_t m = p_values.size();
  const auto order = ascending(p_values);
  std::vector<double> adjusted(m);
  double largest = 0.0;
  for (size_t rank = 0; rank < m; ++rank) {
    largest = std::max(largest, static_cast<double>(m - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

std::vector<double> hochberg(std::span<const double> p_values) {
  const size_t m = p_values.size();
  const auto order = ascending(p_values);
  std::vector<double> adjusted(m);
  double smallest = 1.0;
  for (size_t rank = m; rank-- > 0;) {
    smallest = std::min(smallest, static_cast<double>(m - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = smallest;
  }
  return adjusted;
}

const char* name_of(PairedMethod method) {
  switch (method) {
    case PairedMethod::kStudent:
      return "paired t";
    case PairedMethod::kPermutation:
      return "sign-flip permutation";
    case PairedMethod::kNone:
      return "none";
  }
  throw std::logic_error("no such method");
}

double least_permutation_p(size_t n, size_t draws) {
  return n <= kExactSamples ? std::exp2(1.0 - static_cast<double>(n))
                            : 1.0 / static_cast<double>(draws + 1);
}

PairedTest paired_test(std::span<const double> differences, size_t tests,
                       const PairedTestOptions& options) {
  const size_t n = differences.size();
  if (n == 0 || !std::all_of(differences.begin(), differences.end(),
                             [](double difference) { return std::isfinite(difference); })) {
    throw std::invalid_argument("a paired test needs finite differences");
  }
  if (n < kLeastForTest) {
    return {PairedMethod::kNone, std::nullopt, n};
  }
  const bool drawable = n <= kExactSamples || options.draws > 0;
  if (drawable &&
      (resolves(n, tests, options.draws, kResolution) || has_equal_sizes(differences))) {
    return {PairedMethod::kPermutation, sign_flip_p(differences, options.draws, options.seed), n};
  }
  return {PairedMethod::kStudent, student_p(differences), n};
}

bool can_reject(const PairedTest& test, size_t tests, const PairedTestOptions& options) {
  return test.p &&
         (test.method == PairedMethod::kStudent || resolves(test.n, tests, options.draws, 1.0));
}

}  // namespace multistate
