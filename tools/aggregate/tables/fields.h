#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A cell's value of a field (see TableRequest), as text; nullopt when it has none.
std::optional<std::string> field_of(const Collection& collection, const Cell& cell,
                                    const std::string& key);

/// Throws InputError, with what there is, when no cell has the field. `option` is named in it.
void check_field(const Collection& collection, const std::string& key, const std::string& option);

/// A metric, or a measure as a metric without samples; nullopt when the cell has neither.
std::optional<Metric> metric_of(const Cell& cell, const std::string& name);

/// Whether a larger value is better; nullopt when neither is (of measures like tokens_computed).
std::optional<bool> higher_is_better(const Collection& collection, const std::string& metric);

/// Names of all metrics, then of all measures.
std::vector<std::string> metric_names(const Collection& collection);

/// Parameters that have two values or more among these cells, by name. An option of a policy counts
/// only if it differs within a policy.
std::vector<std::string> varying_parameters_of(const Collection& collection,
                                               std::span<const size_t> cells);

/// Orders values of a field: numbers by size, before texts, which stay in the order given.
bool is_before(const std::string& a, const std::string& b);

}  // namespace multistate::aggregate
