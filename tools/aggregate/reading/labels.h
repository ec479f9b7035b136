#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A parameter as a person reads it: texts without quotes, numbers as they are written.
std::string parameter_text(const nlohmann::json& value);

/// Gives cells that were not done what all done cells of their sweep have in common (and the
/// manifest does not list, as no sweep of parameters sets it): the model, the experiment's options,
/// the policy's name. Not its options, state size and seed, which a policy may not have.
void fill_common_parameters(Collection& collection);

/// Sets the label of every cell: policy.name and, in alphabetical order, the options policy.* that
/// have more than one value among the cells of that policy ("streaming sinks=4"). A cell that lacks
/// one (it was not done, the sweep does not vary it) does without. Where no cell tells the policy,
/// "?".
void set_labels(Collection& collection);

}  // namespace multistate::aggregate
