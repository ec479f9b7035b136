#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/ratio.h"

#include "aggregate/analysis/analysis.h"
#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// What the samples of a cell add to a metric, as columns, by sample and summed by unit.
struct CellScores {
  std::vector<int64_t> samples;
  std::vector<int64_t> units;  ///< By sample; its own number where it is a unit by itself.
  std::vector<double> numerators;
  std::vector<double> denominators;
  std::vector<double> unit_numerators;
  std::vector<double> unit_denominators;
  RatioForm form;

  /// By unit: what is independent of each other.
  RatioScores scores() const { return {unit_numerators, unit_denominators}; }

  /// Sums samples by unit.
  void sum_up();
};

/// None when the metric's samples are not there, or do not make its value.
std::optional<CellScores> scores_of(const Cell& cell, const std::string& metric);

/// Cells that differ in their seed only, as one: the sums over seeds. None unless they have the
/// same samples.
std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds);

/// Two cells on the samples that both have, by unit.
struct PairedScores {
  RatioScores a;
  RatioScores b;
  RatioForm form;
  size_t samples = 0;
  std::vector<std::vector<double>> joined;  ///< What the spans point to, when one of them has
                                            ///< other samples.

  PairedScores() = default;
  PairedScores(PairedScores&&) = default;
  PairedScores& operator=(PairedScores&&) = default;
  PairedScores(const PairedScores&) = delete;
  PairedScores& operator=(const PairedScores&) = delete;
  ~PairedScores() = default;
};

/// None unless they share two units or more. The spans point into `a` and `b` where both have the
/// same samples.
std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b);

/// RatioScores of all done cells for the headline metrics.
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

 private:
  std::vector<std::string> metrics_;
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
