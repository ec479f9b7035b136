#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/analysis/analysis.h"
#include "aggregate/reading/cell.h"
#include "aggregate/statistics/ratio.h"

namespace multistate::aggregate {

/// What the samples of a cell add to a metric, as columns.
struct CellScores {
  std::vector<int64_t> samples;
  std::vector<double> numerators;
  std::vector<double> denominators;
  RatioForm form;

  Scores scores() const { return {numerators, denominators}; }
};

/// None when the metric's samples are not there, or do not make its value.
std::optional<CellScores> scores_of(const Cell& cell, const std::string& metric);

/// Two cells on the samples that both have.
struct PairedScores {
  Scores a;
  Scores b;
  RatioForm form;
  std::vector<double> joined;  ///< What the spans point to, when one of them has other samples.

  PairedScores() = default;
  PairedScores(PairedScores&&) = default;
  PairedScores& operator=(PairedScores&&) = default;
  PairedScores(const PairedScores&) = delete;
  PairedScores& operator=(const PairedScores&) = delete;
  ~PairedScores() = default;
};

/// None unless they share two samples or more. The spans point into `a` and `b` where both have the
/// same samples.
std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b);

/// Scores of all done cells for the headline metrics.
class ScoreTable {
 public:
  /// Keeps a reference to `collection`. Adds to `warnings` which samples cannot be used.
  ScoreTable(const Collection& collection, std::vector<std::string> metrics,
             std::vector<std::string>& warnings);

  const std::vector<std::string>& metrics() const { return metrics_; }

  /// Null when the cell has none.
  const CellScores* find(size_t cell, size_t metric) const;

  /// Whether two cells read the same documents, so that equal sample numbers are equal samples.
  bool same_data(size_t a, size_t b) const { return data_[a] == data_[b]; }

  /// Whether both have scores, of the same samples.
  bool same_samples(size_t a, size_t b, size_t metric) const;

  /// None unless both have scores, read the same documents, and share two samples or more.
  std::optional<PairedScores> pair(size_t a, size_t b, size_t metric) const;

 private:
  std::vector<std::string> metrics_;
  std::vector<std::vector<std::optional<CellScores>>> scores_;  ///< By cell, by metric.
  std::vector<size_t> data_;  ///< By cell: equal numbers for equal documents.
};

/// Bootstrap plans by number of samples, and how much of it there may be.
class Resampling {
 public:
  /// `observations`: samples times metrics times cells that it is for; the more, the fewer
  /// replicates.
  Resampling(const AnalysisOptions& options, size_t observations,
             std::vector<std::string>& warnings);

  /// Null for few samples (kLeastForBootstrap), and where even few replicates would be too much
  /// work.
  const BootstrapPlan* plan(size_t n);

  /// Bootstrap, or a t interval where there is no plan.
  std::optional<Interval> interval(const Scores& scores, const RatioForm& form);
  std::optional<Interval> difference(const PairedScores& pair);

 private:
  uint64_t seed_;
  size_t replicates_;
  std::map<size_t, BootstrapPlan> plans_;
};

}  // namespace multistate::aggregate
