#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"
#include "multistate/aggregate/comparison.h"

namespace multistate::aggregate {

using StateSize = std::optional<int64_t>;

/// Cells that differ in their seed only.
using Seeds = std::vector<size_t>;

/// Cells of a group by state size, by label; those of one label differ in their seed only. The
/// baseline is not among them.
using Layout = std::map<StateSize, std::map<std::string, Seeds>>;

/// Rows; none for an unbounded state.
StateSize state_size_of(const Cell& cell);

/// Groups of done cells in the order of their first; a cell that is there twice (the same id)
/// counts once, which is said in `warnings`.
std::vector<Group> make_groups(const Collection& collection, const AnalysisOptions& options,
                               std::vector<std::string>& warnings);

/// "experiment.question = seen": the parameters in which a group differs from others.
std::vector<std::string> distinctions_of(const Group& group, const std::vector<Group>& all);

Layout layout_of(const Group& group, const Collection& collection);

/// Mean of a metric over cells; none when one of them does not have it.
std::optional<double> mean_metric(const Collection& collection, const Seeds& cells,
                                  const std::string& metric);

/// All metrics by name; which are headline metrics: those the options name (an InputError when a
/// name is no metric), else nll and perplexity, else all.
std::vector<MetricInfo> metrics_of(const Collection& collection, const AnalysisOptions& options);

}  // namespace multistate::aggregate
