#include "multistate/aggregate/comparer.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace multistate::aggregate {
namespace {

/// Additions that all drawn permutation tests together may take.
constexpr double kDrawnWork = 2e9;

/// Samples times metrics of all done cells.
size_t count_observations(const Collection& collection) {
  size_t count = 0;
  for (const Cell& cell : collection.cells) {
    for (const auto& [metric, samples] : cell.samples) {
      count += samples.size();
    }
  }
  return count;
}

std::vector<MetricInfo> headline_of(const std::vector<MetricInfo>& metrics) {
  std::vector<MetricInfo> headline;
  std::copy_if(metrics.begin(), metrics.end(), std::back_inserter(headline),
               [](const MetricInfo& metric) { return metric.headline; });
  return headline;
}

}  // namespace

Workspace::Workspace(const Collection& cells, const AnalysisOptions& wanted,
                     const std::vector<MetricInfo>& metrics, std::vector<std::string>& notes)
    : collection(cells),
      options(wanted),
      warnings(notes),
      headline(headline_of(metrics)),
      resampling(wanted, count_observations(cells), notes),
      table(cells, headline, notes) {}

const CellScores* Comparer::scores_of(const Seeds& cells, size_t metric) {
  if (cells.size() == 1) {
    return work_.table.find(cells.front(), metric);
  }
  const auto [place, is_new] = sums_.try_emplace({cells.front(), metric});
  if (is_new) {
    std::vector<const CellScores*> seeds;
    for (const size_t cell : cells) {
      seeds.push_back(work_.table.find(cell, metric));
    }
    place->second = sum_of(seeds);
  }
  return place->second ? &*place->second : nullptr;
}

std::optional<Untested> Comparer::estimate(Question question, const Seeds& a, const Seeds& b,
                                           size_t metric) {
  const std::string& name = work_.headline[metric].name;
  const auto value_a = mean_metric(work_.collection, a, name);
  const auto value_b = mean_metric(work_.collection, b, name);
  if (!value_a || !value_b) {
    return std::nullopt;
  }
  if (!work_.table.same_data(a.front(), b.front())) {
    ++other_data_;
    return std::nullopt;
  }
  Untested untested;
  Comparison& comparison = untested.comparison;
  comparison.question = question;
  comparison.metric = name;
  comparison.state_size = state_size_of(work_.collection.cells[a.front()]);
  comparison.a = a.front();
  comparison.b = b.front();
  comparison.difference = *value_a - *value_b;
  const CellScores* scores_a = scores_of(a, metric);
  const CellScores* scores_b = scores_of(b, metric);
  if (scores_a == nullptr || scores_b == nullptr) {
    return untested;
  }
  if (const auto pair = pair_of(*scores_a, *scores_b)) {
    fewer_samples_ += scores_a->samples == scores_b->samples ? 0 : 1;
    fill(*pair, untested);
  }
  return untested;
}

void Comparer::fill(const PairedScores& pair, Untested& untested) {
  auto differences = finite_differences(pair);
  if (differences.empty()) {
    return;
  }
  Comparison& comparison = untested.comparison;
  const Estimate estimate = difference_of(pair.a.scores(), pair.b.scores(), pair.form);
  comparison.n = differences.size();
  comparison.samples = pair.samples;
  comparison.difference = estimate.value;
  comparison.standard_error = estimate.standard_error;
  comparison.interval = work_.resampling.difference(pair);
  comparison.effect = cohens_dz(differences);
  untested.differences = std::move(differences);
}

void Comparer::test(std::vector<Untested> family, std::vector<Comparison>& comparisons) {
  std::vector<double> p_values;
  for (auto& [comparison, differences] : family) {
    if (!differences.empty()) {
      const PairedTest test =
          paired_test(differences, family.size(), options_for(differences.size()));
      comparison.method = test.method;
      comparison.p = test.p;
    }
    if (comparison.p) {
      p_values.push_back(*comparison.p);
    }
  }
  const auto adjusted = holm(p_values);
  size_t place = 0;
  for (Untested& one : family) {
    if (one.comparison.p) {
      one.comparison.p_adjusted = adjusted[place++];
    }
    comparisons.push_back(std::move(one.comparison));
  }
}

PairedTestOptions Comparer::options_for(size_t n) {
  const double work = static_cast<double>(planned_) * static_cast<double>(n) / 8.0;
  const bool draws =
      n <= kExactSamples || work * static_cast<double>(work_.options.draws) <= kDrawnWork;
  undrawn_ = undrawn_ || !draws;
  return {work_.options.seed, draws ? work_.options.draws : 0};
}

void Comparer::warn() {
  if (other_data_ > 0) {
    work_.warnings.push_back(
        fmt::format("{} comparisons skipped: the two cells read different documents", other_data_));
  }
  if (fewer_samples_ > 0) {
    work_.warnings.push_back(fmt::format(
        "{} comparisons are over the common samples only: one of the cells has fewer (--limit)",
        fewer_samples_));
  }
  if (undrawn_) {
    work_.warnings.emplace_back("too many comparisons to draw permutations: t tests instead");
  }
}

}  // namespace multistate::aggregate
