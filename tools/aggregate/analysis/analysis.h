#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/aggregate/comparer.h"

namespace multistate::aggregate {

/// "full", "best", "control", "reference".
const char* name_of(Question question);

struct Analysis {
  std::vector<std::string> warnings;
  std::vector<std::string> parameters;  ///< policy.name, state_size, and others that vary.
  std::vector<MetricInfo> metrics;
  std::vector<std::map<std::string, Interval>> intervals;  ///< By cell, by metric.
  std::vector<Group> groups;
  std::string interval_method;  ///< For readers of the report.
};

/// Fills smallest_states: every policy with a bounded state, tolerance and headline metric. Over
/// several seeds the mean counts. The interval is a bootstrap over samples, the same draws at every
/// state size and for the full model; it needs that all these cells have the same samples.
void find_smallest_states(Group& group, Workspace& work);

/// Fills pareto_speed and pareto_memory: the cells of the group, full model included, that no other
/// beats in the first headline metric and in speed, or in memory. There is no front of speed where
/// the speed of one of them is invalid (Cell::speed_noise).
void find_fronts(Group& group, const Workspace& work);

/// Compares finished cells; warnings name what is left out. Time is bounded: many cells or samples
/// get fewer replicates and draws, and beyond that t intervals and t tests instead of bootstrap
/// intervals and permutation tests.
Analysis analyze(const Collection& collection, const AnalysisOptions& options);

/// report.json, "multistate.report" version 3. Numbers that JSON does not have are text
/// (number_to_json). Of many cells the samples of headline metrics only, or none; that is said in
/// its "warnings".
nlohmann::json to_json(const Analysis& analysis, const Collection& collection);

}  // namespace multistate::aggregate
