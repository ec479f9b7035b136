#pragma once

#include <optional>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

/// A cell's value of a field (see TableRequest), as text; nullopt when it has none.
std::optional<std::string> field_of(const Collection& collection, const Cell& cell,
                                    const std::string& key);

/// What cells of a label are called.
std::string name_of_label(const Collection& collection, const std::string& label);

/// Fields that cells have, and the values that cells have of one, in alphabetical order.
std::vector<std::string> field_names(const Collection& collection);
std::vector<std::string> values_of_field(const Collection& collection, const std::string& key);

/// A metric, or a measure as a metric without samples; nullopt when the cell has neither.
std::optional<Metric> metric_of(const Cell& cell, const std::string& name);

/// Whether a larger value is better; nullopt when neither is (of measures like tokens_computed).
std::optional<bool> higher_is_better(const Collection& collection, const std::string& metric);

/// Names of all metrics; with `measures` those of all measures after them.
std::vector<std::string> metric_names(const Collection& collection, bool measures);

/// Orders values of a field: numbers by size, before texts, which stay in the order given.
bool is_before(const std::string& a, const std::string& b);

}  // namespace multistate::aggregate
