#include "multistate/results/paired_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace multistate {

std::optional<CellScores> scores_of(const StoredCell& cell, const std::string& metric) {
  const auto samples = cell.samples.find(metric);
  const auto found = cell.metrics.find(metric);
  if (samples == cell.samples.end() || samples->second.empty() || found == cell.metrics.end() ||
      !found->second.samples) {
    return std::nullopt;
  }
  CellScores scores;
  scores.form = form_of(*found->second.samples);
  for (const SampleScore& score : samples->second) {
    scores.samples.push_back(score.sample);
  }
  scores.by_sample = columns_of(samples->second);
  scores.units = cell.units.empty() ? scores.samples : cell.units;
  scores.by_unit = sums_by_unit(scores.by_sample, scores.units);
  const double value = found->second.value;
  const double made = scores.form.value(ratio_of(scores.by_unit.scores()));
  const bool is_made =
      std::isfinite(made) && std::abs(made - value) <= 1e-6 * std::max(1.0, std::abs(value));
  return is_made ? std::optional(std::move(scores)) : std::nullopt;
}

std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds) {
  if (std::find(seeds.begin(), seeds.end(), nullptr) != seeds.end()) {
    return std::nullopt;
  }
  CellScores sum = *seeds.front();
  for (size_t seed = 1; seed < seeds.size(); ++seed) {
    const CellScores& other = *seeds[seed];
    if (other.samples != sum.samples || other.units != sum.units) {
      return std::nullopt;
    }
    for (size_t i = 0; i < sum.samples.size(); ++i) {
      sum.by_sample.numerators[i] += other.by_sample.numerators[i];
      sum.by_sample.denominators[i] += other.by_sample.denominators[i];
    }
  }
  sum.by_unit = sums_by_unit(sum.by_sample, sum.units);
  return sum;
}

std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b) {
  PairedScores pair = {a.by_unit, b.by_unit, a.form, a.samples.size()};
  if (a.samples != b.samples || a.units != b.units) {
    Columns left;
    Columns right;
    std::vector<int64_t> units;
    // Both are in the order of samples.
    for (size_t i = 0, j = 0; i < a.samples.size() && j < b.samples.size();) {
      if (a.samples[i] != b.samples[j]) {
        ++(a.samples[i] < b.samples[j] ? i : j);
        continue;
      }
      units.push_back(a.units[i]);
      left.numerators.push_back(a.by_sample.numerators[i]);
      left.denominators.push_back(a.by_sample.denominators[i++]);
      right.numerators.push_back(b.by_sample.numerators[j]);
      right.denominators.push_back(b.by_sample.denominators[j++]);
    }
    pair = {sums_by_unit(left, units), sums_by_unit(right, units), a.form, units.size()};
  }
  return pair.a.size() < 2 ? std::nullopt : std::optional(std::move(pair));
}

std::vector<double> finite_differences(const PairedScores& pair) {
  auto differences = paired_differences(pair.a.scores(), pair.b.scores(), pair.form);
  const bool are_finite = std::all_of(differences.begin(), differences.end(),
                                      [](double difference) { return std::isfinite(difference); });
  return are_finite ? differences : std::vector<double>();
}

}  // namespace multistate
