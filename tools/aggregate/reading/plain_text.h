#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// The value as one line that a person reads: text as it is, else JSON. Control characters become
/// spaces, invalid UTF-8 '?': fit for a terminal and for XML.
std::string plain_text(const nlohmann::json& value);

}  // namespace multistate::aggregate
