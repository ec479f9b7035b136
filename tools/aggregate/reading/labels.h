#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A parameter as a person reads it: texts without quotes, numbers as they are written.
std::string parameter_text(const nlohmann::json& value);

/// Sets the label of every cell: policy.name and, in alphabetical order, the options policy.* that
/// have more than one value among the cells of that policy ("streaming sinks=4"). A cell that lacks
/// one (it was not done, the sweep does not vary it) does without. Where no cell tells the policy,
/// "?".
void set_labels(Collection& collection);

}  // namespace multistate::aggregate
