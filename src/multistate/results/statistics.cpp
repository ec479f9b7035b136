#include "multistate/results/statistics.h"

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace multistate {
namespace {

double total_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

Estimate mean_of(std::span<const double> values) {
  if (values.empty()) {
    throw std::invalid_argument("the mean of no values");
  }
  const auto n = static_cast<double>(values.size());
  const double mean = total_of(values) / n;
  if (values.size() < 2) {
    return {mean, std::nullopt};
  }
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return {mean, std::sqrt(squares / (n - 1.0) / n)};
}

Estimate ratio_of_sums(std::span<const double> numerators, std::span<const double> denominators) {
  if (numerators.empty() || numerators.size() != denominators.size()) {
    throw std::invalid_argument(
        "a ratio needs as many numerators as denominators, and at least one");
  }
  const auto n = static_cast<double>(numerators.size());
  const double total = total_of(denominators);
  const double ratio = total_of(numerators) / total;
  if (numerators.size() < 2) {
    return {ratio, std::nullopt};
  }
  double squares = 0.0;
  for (size_t i = 0; i < numerators.size(); ++i) {
    const double difference = numerators[i] - ratio * denominators[i];
    squares += difference * difference;
  }
  return {ratio, std::sqrt(squares / (n * (n - 1.0))) / (total / n)};
}

Estimate exponential(const Estimate& estimate) {
  const double value = std::exp(estimate.value);
  if (!estimate.standard_error) {
    return {value, std::nullopt};
  }
  return {value, value * *estimate.standard_error};
}

Estimate geometric_mean_of(std::span<const std::vector<double>> columns,
                           std::span<const double> counts) {
  std::vector<double> means;
  double logarithms = 0.0;
  for (const std::vector<double>& column : columns) {
    means.push_back(ratio_of_sums(column, counts).value);
    logarithms += std::log(means.back());
  }
  const auto k = static_cast<double>(columns.size());
  const double value = std::exp(logarithms / k);
  if (value == 0.0) {
    return {value, std::nullopt};
  }
  std::vector<double> shares(counts.size(), 0.0);
  for (size_t j = 0; j < columns.size(); ++j) {
    for (size_t i = 0; i < shares.size(); ++i) {
      shares[i] += value / k * columns[j][i] / means[j];
    }
  }
  return {value, ratio_of_sums(shares, counts).standard_error};
}

}  // namespace multistate
