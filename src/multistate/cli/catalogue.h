#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/options.h"

namespace multistate {

/// Options as a table for the terminal and as JSON.
std::string options_table(const std::vector<OptionInfo>& options);
nlohmann::json options_json(const std::vector<OptionInfo>& options);

}  // namespace multistate
