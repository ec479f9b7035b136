#include "multistate/aggregate/score_table.h"

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

}  // namespace

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
