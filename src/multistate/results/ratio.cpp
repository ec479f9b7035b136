#include "multistate/results/ratio.h"

#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

namespace multistate {
namespace {

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void require_pairs(const RatioScores& a, const RatioScores& b) {
  if (a.size() == 0 || a.size() != b.size() || a.denominators.size() != a.size() ||
      b.denominators.size() != a.size()) {
    throw std::invalid_argument("a paired comparison needs the same samples of both");
  }
}

}  // namespace

double RatioForm::value(double ratio) const {
  return exponential ? std::exp(scale * ratio) : scale * ratio;
}

std::vector<double> sums_by_unit(std::span<const double> values, std::span<const int64_t> units) {
  if (values.size() != units.size()) {
    throw std::invalid_argument("every value needs its unit");
  }
  std::map<int64_t, size_t> places;
  std::vector<double> sums;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(units[i], sums.size());
    if (is_new) {
      sums.push_back(0.0);
    }
    sums[place->second] += values[i];
  }
  return sums;
}

double ratio_of(const RatioScores& scores) {
  return sum(scores.numerators) / sum(scores.denominators);
}

Estimate estimate_of(const RatioScores& scores, const RatioForm& form) {
  Estimate estimate = ratio_of_sums(scores.numerators, scores.denominators);
  estimate.value *= form.scale;
  if (estimate.standard_error) {
    *estimate.standard_error *= std::abs(form.scale);
  }
  return form.exponential ? exponential(estimate) : estimate;
}

Estimate difference_of(const RatioScores& a, const RatioScores& b, const RatioForm& form) {
  require_pairs(a, b);
  const auto n = static_cast<double>(a.size());
  const double ratio_a = ratio_of(a);
  const double ratio_b = ratio_of(b);
  const double value_a = form.value(ratio_a);
  const double value_b = form.value(ratio_b);
  if (a.size() < 2) {
    return {value_a - value_b, std::nullopt};
  }
  const double slope_a = form.scale * (form.exponential ? value_a : 1.0) * n / sum(a.denominators);
  const double slope_b = form.scale * (form.exponential ? value_b : 1.0) * n / sum(b.denominators);
  double squares = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double error = slope_a * (a.numerators[i] - ratio_a * a.denominators[i]) -
                         slope_b * (b.numerators[i] - ratio_b * b.denominators[i]);
    squares += error * error;
  }
  return {value_a - value_b, std::sqrt(squares / (n * (n - 1.0)))};
}

std::vector<double> paired_differences(const RatioScores& a, const RatioScores& b,
                                       const RatioForm& form) {
  require_pairs(a, b);
  const double total_a = sum(a.denominators);
  const double total_b = sum(b.denominators);
  const double common = (sum(a.numerators) + sum(b.numerators)) / (total_a + total_b);
  const double weight_a = form.scale * static_cast<double>(a.size()) / total_a;
  const double weight_b = form.scale * static_cast<double>(b.size()) / total_b;
  std::vector<double> differences(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    differences[i] = weight_a * (a.numerators[i] - common * a.denominators[i]) -
                     weight_b * (b.numerators[i] - common * b.denominators[i]);
  }
  return differences;
}

}  // namespace multistate
