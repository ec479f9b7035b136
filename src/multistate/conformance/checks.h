#pragma once

#include <string>
#include <vector>

#include "multistate/conformance/check.h"

namespace multistate {

/// One function a group of checks; all_checks() has them in order.
std::vector<Check> basic_checks();
std::vector<Check> row_checks();
std::vector<Check> score_checks();
std::vector<Check> decision_checks();
std::vector<Check> repetition_checks();
std::vector<Check> sample_checks();
std::vector<Check> equality_checks();
std::vector<Check> cost_checks();

}  // namespace multistate
