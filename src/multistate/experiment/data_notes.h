#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// What a person should know of the data that were read, from a workload's data report, a sentence
/// each: files that were ignored, documents too short for one chunk, and texts whose byte order
/// mark or line ends were changed. Empty where nothing was left out or changed.
std::vector<std::string> data_notes(const nlohmann::json& data_report);

}  // namespace multistate
