#pragma once

#include <string>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Whether a field says which policy with which state a cell has, and not what it was run on.
bool is_of_policy(const std::string& key);

/// The setup_line() of all done cells.
std::string setup_of(const Collection& collection);

/// What a cell was run on, as text: every parameter but those of the policy and the seed.
std::string setting_of(const Cell& cell);

}  // namespace multistate::aggregate
