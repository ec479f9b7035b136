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
  if (!makes(scores, found->second.value)) {
    return std::nullopt;
  }
  return scores;
}

std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b) {
  PairedScores pair;
  pair.form = a.form;
  if (a.samples == b.samples) {
    pair.a = a.scores();
    pair.b = b.scores();
    return pair.a.size() < 2 ? std::nullopt : std::optional(std::move(pair));
  }
  const auto common = common_samples(a, b);
  const size_t n = common.size();
  if (n < 2) {
    return std::nullopt;
  }
  pair.joined.resize(4 * n);
  for (size_t k = 0; k < n; ++k) {
    pair.joined[k] = a.numerators[common[k].first];
    pair.joined[n + k] = a.denominators[common[k].first];
    pair.joined[2 * n + k] = b.numerators[common[k].second];
    pair.joined[3 * n + k] = b.denominators[common[k].second];
  }
  const std::span<const double> all = pair.joined;
  pair.a = {all.subspan(0, n), all.subspan(n, n)};
  pair.b = {all.subspan(2 * n, n), all.subspan(3 * n, n)};
  return pair;
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
         first->samples == second->samples;
}

std::optional<PairedScores> ScoreTable::pair(size_t a, size_t b, size_t metric) const {
  const CellScores* first = find(a, metric);
  const CellScores* second = find(b, metric);
  if (first == nullptr || second == nullptr || !same_data(a, b)) {
    return std::nullopt;
  }
  return pair_of(*first, *second);
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

std::optional<Interval> Resampling::interval(const Scores& scores, const RatioForm& form) {
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
