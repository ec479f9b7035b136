#include "aggregate/analysis/score_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "aggregate/reading/cell_reader.h"

namespace multistate::aggregate {
namespace {

/// Multiply-adds for the intervals of all cells together: half a second.
constexpr double kWork = 5e8;
constexpr size_t kLeastReplicates = 499;
/// Counts of one plan: 80 MB.
constexpr size_t kMaxPlan = 20'000'000;

/// What was read, without how much of it was used.
std::string documents_of(const Cell& cell) {
  nlohmann::json data = cell.data;
  if (data.is_object() && data.contains("documents") && data["documents"].is_array()) {
    for (auto& document : data["documents"]) {
      if (document.is_object()) {
        document.erase("chunks_used");
      }
    }
  }
  return parameter_text(data);
}

Columns sums_of(const Columns& columns, const std::vector<int64_t>& units) {
  return {sums_by_unit(columns.numerators, units), sums_by_unit(columns.denominators, units)};
}

}  // namespace

std::optional<CellScores> scores_of(const Cell& cell, const std::string& metric) {
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
    scores.by_sample.numerators.push_back(score.numerator);
    scores.by_sample.denominators.push_back(score.denominator);
  }
  scores.units = cell.units.empty() ? scores.samples : cell.units;
  scores.by_unit = sums_of(scores.by_sample, scores.units);
  const double value = found->second.value;
  const double made = scores.form.value(ratio_of(scores.by_unit.scores()));
  const bool is_made =
      std::isfinite(made) && std::abs(made - value) <= 1e-6 * std::max(1.0, std::abs(value));
  return is_made ? std::optional(std::move(scores)) : std::nullopt;
}

std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds) {
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
  sum.by_unit = sums_of(sum.by_sample, sum.units);
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
    pair = {sums_of(left, units), sums_of(right, units), a.form, units.size()};
  }
  return pair.a.size() < 2 ? std::nullopt : std::optional(std::move(pair));
}

ScoreTable::ScoreTable(const Collection& collection, const std::vector<MetricInfo>& metrics,
                       std::vector<std::string>& warnings) {
  std::map<std::string, size_t> documents;
  size_t without = 0;
  for (const Cell& cell : collection.cells) {
    data_.push_back(documents.try_emplace(documents_of(cell), documents.size()).first->second);
    auto& row = scores_.emplace_back();
    for (size_t i = 0; i < metrics.size() && cell.is_done(); ++i) {
      row.push_back(scores_of(cell, metrics[i].name));
      without += cell.metrics.contains(metrics[i].name) && !row.back() ? 1 : 0;
    }
  }
  if (without > 0) {
    warnings.push_back(
        fmt::format("{} metrics cannot be recomputed from samples (results of an earlier version, "
                    "or samples.jsonl is missing): no intervals and no paired tests for them",
                    without));
  }
}

const CellScores* ScoreTable::find(size_t cell, size_t metric) const {
  const auto& row = scores_[cell];
  return metric < row.size() && row[metric] ? &*row[metric] : nullptr;
}

bool ScoreTable::same_samples(size_t a, size_t b, size_t metric) const {
  const CellScores* first = find(a, metric);
  const CellScores* second = find(b, metric);
  return first != nullptr && second != nullptr && same_data(a, b) &&
         first->samples == second->samples && first->units == second->units;
}

Resampling::Resampling(const AnalysisOptions& options, size_t observations,
                       std::vector<std::string>& warnings)
    : seed_(options.seed), replicates_(options.replicates) {
  const auto affordable = kWork / static_cast<double>(std::max<size_t>(observations, 1));
  if (affordable >= static_cast<double>(replicates_)) {
    return;
  }
  replicates_ = affordable >= static_cast<double>(kLeastReplicates)
                    ? std::max(kLeastReplicates, static_cast<size_t>(affordable) / 500 * 500 - 1)
                    : 0;
  warnings.push_back(
      replicates_ > 0
          ? fmt::format("many cells and samples: {} bootstrap replicates instead of {}",
                        replicates_, options.replicates)
          : std::string("many cells and samples: t intervals instead of bootstrap intervals"));
}

const BootstrapPlan* Resampling::plan(size_t n) {
  if (n < kLeastForBootstrap || replicates_ == 0 || n > kMaxPlan / replicates_) {
    return nullptr;
  }
  return &plans_.try_emplace(n, n, replicates_, seed_).first->second;
}

std::optional<Interval> Resampling::interval(const RatioScores& scores, const RatioForm& form) {
  const BootstrapPlan* bootstrap = plan(scores.size());
  if (bootstrap == nullptr) {
    return t_interval(scores, form);
  }
  auto replicates = bootstrap->ratios(scores);
  for (double& replicate : replicates) {
    replicate = form.value(replicate);
  }
  return percentile_interval(replicates, scores.size());
}

std::optional<Interval> Resampling::difference(const PairedScores& pair) {
  const RatioScores a = pair.a.scores();
  const RatioScores b = pair.b.scores();
  const BootstrapPlan* bootstrap = plan(a.size());
  if (bootstrap == nullptr) {
    return t_interval(difference_of(a, b, pair.form), a.size());
  }
  auto replicates = bootstrap->ratios(a);
  const auto others = bootstrap->ratios(b);
  for (size_t i = 0; i < replicates.size(); ++i) {
    replicates[i] = pair.form.value(replicates[i]) - pair.form.value(others[i]);
  }
  return percentile_interval(replicates, a.size());
}

}  // namespace multistate::aggregate
