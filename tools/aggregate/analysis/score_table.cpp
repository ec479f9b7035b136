#include "aggregate/analysis/score_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace multistate::aggregate {
namespace {

/// Multiply-adds for the intervals of all cells together: half a second.
constexpr double kWork = 5e8;
constexpr size_t kLeastReplicates = 499;
/// Counts of one plan: 80 MB.
constexpr size_t kMaxPlan = 20'000'000;

RatioForm form_of(const SampleRatio& ratio) {
  return {ratio.scale, ratio.transform == SampleRatio::Transform::kExp};
}

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
  return data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool makes(const CellScores& scores, double value) {
  const double made = scores.form.value(ratio_of(scores.scores()));
  return std::isfinite(made) && std::abs(made - value) <= 1e-6 * std::max(1.0, std::abs(value));
}

/// Places of the samples that both have; both are in the order of samples.
std::vector<std::pair<size_t, size_t>> common_samples(const CellScores& a, const CellScores& b) {
  std::vector<std::pair<size_t, size_t>> common;
  for (size_t i = 0, j = 0; i < a.samples.size() && j < b.samples.size();) {
    if (a.samples[i] == b.samples[j]) {
      common.emplace_back(i++, j++);
    } else {
      ++(a.samples[i] < b.samples[j] ? i : j);
    }
  }
  return common;
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
    scores.numerators.push_back(score.numerator);
    scores.denominators.push_back(score.denominator);
  }
  scores.units = cell.units.empty() ? scores.samples : cell.units;
  scores.sum_up();
  if (!makes(scores, found->second.value)) {
    return std::nullopt;
  }
  return scores;
}

void CellScores::sum_up() {
  unit_numerators = sums_by_unit(numerators, units);
  unit_denominators = sums_by_unit(denominators, units);
}

std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds) {
  CellScores sum = *seeds.front();
  for (size_t seed = 1; seed < seeds.size(); ++seed) {
    const CellScores& other = *seeds[seed];
    if (other.samples != sum.samples || other.units != sum.units) {
      return std::nullopt;
    }
    for (size_t i = 0; i < sum.samples.size(); ++i) {
      sum.numerators[i] += other.numerators[i];
      sum.denominators[i] += other.denominators[i];
    }
  }
  sum.sum_up();
  return sum;
}

std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b) {
  PairedScores pair;
  pair.form = a.form;
  if (a.samples == b.samples && a.units == b.units) {
    pair.a = a.scores();
    pair.b = b.scores();
    pair.samples = a.samples.size();
    return pair.a.size() < 2 ? std::nullopt : std::optional(std::move(pair));
  }
  std::vector<int64_t> units;
  pair.joined.resize(4);
  for (const auto& [in_a, in_b] : common_samples(a, b)) {
    units.push_back(a.units[in_a]);
    pair.joined[0].push_back(a.numerators[in_a]);
    pair.joined[1].push_back(a.denominators[in_a]);
    pair.joined[2].push_back(b.numerators[in_b]);
    pair.joined[3].push_back(b.denominators[in_b]);
  }
  for (std::vector<double>& column : pair.joined) {
    column = sums_by_unit(column, units);
  }
  pair.samples = units.size();
  pair.a = {pair.joined[0], pair.joined[1]};
  pair.b = {pair.joined[2], pair.joined[3]};
  return pair.a.size() < 2 ? std::nullopt : std::optional(std::move(pair));
}

ScoreTable::ScoreTable(const Collection& collection, std::vector<std::string> metrics,
                       std::vector<std::string>& warnings)
    : metrics_(std::move(metrics)) {
  std::map<std::string, size_t> documents;
  size_t without = 0;
  for (const Cell& cell : collection.cells) {
    data_.push_back(documents.try_emplace(documents_of(cell), documents.size()).first->second);
    auto& row = scores_.emplace_back();
    if (cell.state != CellState::kDone) {
      continue;
    }
    for (const std::string& metric : metrics_) {
      row.push_back(scores_of(cell, metric));
      without += cell.metrics.contains(metric) && !row.back() ? 1 : 0;
    }
  }
  if (without > 0) {
    warnings.push_back(fmt::format(
        "{} metrics of cells have no samples that make them (results of an earlier version, or "
        "samples.jsonl is not there): no interval and no paired test for them",
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
          ? fmt::format("so many cells and samples: {} bootstrap replicates instead of {}",
                        replicates_, options.replicates)
          : std::string("so many cells and samples: t intervals instead of bootstrap intervals"));
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
  const BootstrapPlan* bootstrap = plan(pair.a.size());
  if (bootstrap == nullptr) {
    return t_interval(difference_of(pair.a, pair.b, pair.form), pair.a.size());
  }
  auto replicates = bootstrap->ratios(pair.a);
  const auto others = bootstrap->ratios(pair.b);
  for (size_t i = 0; i < replicates.size(); ++i) {
    replicates[i] = pair.form.value(replicates[i]) - pair.form.value(others[i]);
  }
  return percentile_interval(replicates, pair.a.size());
}

}  // namespace multistate::aggregate
