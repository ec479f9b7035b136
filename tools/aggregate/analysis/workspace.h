#pragma once

#include "aggregate/analysis/analysis.h"
#include "aggregate/analysis/groups.h"
#include "aggregate/analysis/score_table.h"

namespace multistate::aggregate {

/// What the parts of an analysis work with.
struct Workspace {
  const Collection& collection;
  const AnalysisOptions& options;
  const std::vector<MetricInfo>& headline;  ///< In the order of the table's metrics.
  const ScoreTable& table;
  Resampling& resampling;
  std::vector<std::string>& warnings;
};

}  // namespace multistate::aggregate
