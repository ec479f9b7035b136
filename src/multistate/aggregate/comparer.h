#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multistate/aggregate/groups.h"
#include "multistate/aggregate/score_table.h"

namespace multistate::aggregate {

/// What comparisons work with.
struct Workspace {
  /// Keeps references to `cells` and `wanted`; what cannot be used is said in `notes`. `metrics`:
  /// metrics_of() the cells.
  Workspace(const Collection& cells, const AnalysisOptions& wanted,
            const std::vector<MetricInfo>& metrics, std::vector<std::string>& notes);

  const Collection& collection;
  const AnalysisOptions& options;
  std::vector<std::string>& warnings;
  std::vector<MetricInfo> headline;
  Resampling resampling;
  ScoreTable table;  ///< Its metrics are `headline`.
};

/// Fills comparisons, findings and notes of all groups. Families, each of one metric and
/// one state size: every policy with the full cache, with the leader, with its matched control, and
/// with what the options name as reference. A control matches a policy when the engine treats both
/// the same way: scope, first tokens, recent tokens, protection, positions, interval between
/// evictions and treatment of the prompt. Policies that choose_field() of results/candidates.h
/// ranks compete for being the best, as judge() of results/verdict.h decides.
void compare_groups(std::vector<Group>& groups, Workspace& work);

/// A comparison that is not tested yet: the test depends on the size of its family.
struct Untested {
  Comparison comparison;
  std::vector<double> differences;  ///< By unit; empty when they are not known, or not finite.
};

/// Estimates differences of policies, tests them by family, and keeps count of what it could not
/// do.
class Comparer {
 public:
  /// `planned`: comparisons in all; with very many, no permutations are drawn.
  Comparer(Workspace& work, size_t planned) : work_(work), planned_(planned) {}

  /// None when one of them does not have the metric, or they read other documents.
  std::optional<Untested> estimate(Question question, const Seeds& a, const Seeds& b,
                                   size_t metric);

  /// Tests all of them as one family, and adds them to `comparisons`.
  void test(std::vector<Untested> family, std::vector<Comparison>& comparisons);

  PairedTestOptions options_for(size_t n);

  /// Adds to the warnings what was counted.
  void warn();

 private:
  const CellScores* scores_of(const Seeds& cells, size_t metric);
  void fill(const PairedScores& pair, Untested& untested);

  Workspace& work_;
  size_t planned_;
  std::map<std::pair<size_t, size_t>, std::optional<CellScores>> sums_;  ///< By first cell, metric.
  size_t other_data_ = 0;
  size_t fewer_samples_ = 0;
  bool undrawn_ = false;
};

}  // namespace multistate::aggregate
