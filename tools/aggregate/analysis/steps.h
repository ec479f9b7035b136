#pragma once

#include "aggregate/analysis/analysis.h"
#include "aggregate/analysis/score_table.h"

namespace multistate::aggregate {

/// What the steps of an analysis work with.
struct Workspace {
  const Collection& collection;
  const AnalysisOptions& options;
  const std::vector<MetricInfo>& headline;  ///< In the order of the table's metrics.
  const ScoreTable& table;
  Resampling& resampling;
  std::vector<std::string>& warnings;
};

/// Fills comparisons, findings and notes of all groups. Families, each of one metric and
/// one state size: every policy with the full cache, with the leader, with its matched control, and
/// with what the options name as reference. A control matches a policy when the engine treats both
/// the same way: scope, first tokens, recent tokens, protection, positions, interval between
/// evictions and treatment of the prompt. Policies that choose_field() of results/candidates.h
/// ranks compete for being the best, as judge() of results/verdict.h decides.
void compare_groups(std::vector<Group>& groups, Workspace& work);

/// Fills smallest_states: every policy with a bounded state, tolerance and headline metric. Over
/// several seeds the mean counts. The interval is a bootstrap over samples, the same draws at every
/// state size and for the full model; it needs that all these cells have the same samples.
void find_smallest_states(Group& group, Workspace& work);

/// Fills pareto_speed and pareto_memory: the cells of the group, full model included, that no other
/// beats in the first headline metric and in speed, or in memory. There is no front of speed where
/// the speed of one of them is invalid (Cell::speed_noise).
void find_fronts(Group& group, const Workspace& work);

}  // namespace multistate::aggregate
