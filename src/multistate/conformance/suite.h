#pragma once

#include <string_view>
#include <vector>

#include "multistate/conformance/conformance.h"

namespace multistate {

/// The policies that the installed test suite checks: those that the environment variable
/// MULTISTATE_CONFORMANCE_POLICIES names, else those that `chosen` names, each separated by commas
/// and "*" for all that are registered; else, when both are empty, all that are registered outside
/// this library. Throws InputError for a name that is not registered.
std::vector<Subject> conformance_subjects(std::string_view chosen);

}  // namespace multistate
