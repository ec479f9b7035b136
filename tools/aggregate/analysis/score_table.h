#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/ratio.h"

#include "aggregate/analysis/analysis.h"
#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Observations of a ratio of sums.
struct Columns {
  std::vector<double> numerators;
  std::vector<double> denominators;

  RatioScores scores() const { return {numerators, denominators}; }
  size_t size() const { return numerators.size(); }
};

/// What the samples of a cell add to a metric, by sample and summed by unit.
struct CellScores {
  std::vector<int64_t> samples;
  std::vector<int64_t> units;  ///< By sample; its own number where it is a unit by itself.
  Columns by_sample;
  Columns by_unit;  ///< What is independent of each other.
  RatioForm form;
};

/// None when the metric's samples are not there, or do not make its value.
std::optional<CellScores> scores_of(const Cell& cell, const std::string& metric);

/// Cells that differ in their seed only, as one: the sums over seeds. None unless they have the
/// same samples.
std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds);

/// Two cells on the samples that both have, by unit.
struct PairedScores {
  Columns a;
  Columns b;
  RatioForm form;
  size_t samples = 0;
};

/// None unless they share two units or more.
std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b);

/// CellScores of all done cells for the headline metrics.
class ScoreTable {
 public:
  /// Adds to `warnings` which samples cannot be used.
  ScoreTable(const Collection& collection, const std::vector<MetricInfo>& metrics,
             std::vector<std::string>& warnings);

  /// Null when the cell has none.
  const CellScores* find(size_t cell, size_t metric) const;

  /// Whether two cells read the same documents, so that equal sample numbers are equal samples.
  bool same_data(size_t a, size_t b) const { return data_[a] == data_[b]; }

  /// Whether both have scores, of the same samples.
  bool same_samples(size_t a, size_t b, size_t metric) const;

 private:
  std::vector<std::vector<std::optional<CellScores>>> scores_;  ///< By cell, by metric.
  std::vector<size_t> data_;  ///< By cell: equal numbers for equal documents.
};

/// Bootstrap plans by number of units, and how much of it there may be.
class Resampling {
 public:
  /// `observations`: samples times metrics times cells that it is for; the more, the fewer
  /// replicates.
  Resampling(const AnalysisOptions& options, size_t observations,
             std::vector<std::string>& warnings);

  /// Null for few units (kLeastForBootstrap), and where even few replicates would be too much
  /// work.
  const BootstrapPlan* plan(size_t n);

  /// Bootstrap, or a t interval where there is no plan.
  std::optional<Interval> interval(const RatioScores& scores, const RatioForm& form);
  std::optional<Interval> difference(const PairedScores& pair);

 private:
  uint64_t seed_;
  size_t replicates_;
  std::map<size_t, BootstrapPlan> plans_;
};

}  // namespace multistate::aggregate
