#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// One text for each JSON value: keys in the order of their bytes, no white space, UTF-8 unescaped.
/// Numbers have one form however they were written: a double that is a whole number within 2^53 is
/// printed as that integer (1.0 as 1, -0.0 as 0), any other as the shortest decimal text that reads
/// back the same. Throws std::invalid_argument for NaN, infinity, invalid UTF-8 and binary values.
std::string canonical_json(const nlohmann::json& value);

/// The identity of a cell: SHA-256 of canonical_json(value), in hexadecimal.
std::string cell_identity(const nlohmann::json& value);

}  // namespace multistate
