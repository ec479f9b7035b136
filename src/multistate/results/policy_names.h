#pragma once

#include <string>

namespace multistate {

/// What a label, a policy with some of its options, is called in tables, charts and sentences:
/// "H2O" for "h2o", "StreamingLLM sinks=4" for "streaming sinks=4". A policy that has no name here
/// is called by its label.
std::string display_name(const std::string& label);

}  // namespace multistate
