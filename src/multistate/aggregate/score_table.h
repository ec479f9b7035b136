#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"
#include "multistate/aggregate/comparison.h"
#include "multistate/results/paired_scores.h"

namespace multistate::aggregate {

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
