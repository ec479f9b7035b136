#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/conformance/cases.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Cuts "full,h2o:{scope: layer, sinks: 4}" at the commas outside braces; a "*" stands for all that
/// are registered and need no calibration.
std::vector<std::string> split_policies(const std::string& text);

/// The registered policy that "h2o" or "h2o:{scope: layer}" names. Throws InputError.
const PolicyEntry& policy_of(const std::string& text);

/// The policy that `text` names, with the options it gives. Throws InputError.
PolicySetup parse_policy(const std::string& text, int64_t state_size);

/// The policy that `text` names with the options of its own that it gives, to be checked. Throws
/// InputError, also for options that every policy has.
Subject parse_subject(const std::string& text);

}  // namespace multistate
