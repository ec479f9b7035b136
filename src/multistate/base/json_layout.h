#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// JSON on one line, without a line break at its end. Bytes that are not UTF-8 become U+FFFD.
std::string json_line(const nlohmann::json& value);

/// JSON for people as well as for programs, with a line break at its end: a line for each member
/// of an object and each element of an array, but one line for what holds only plain values inside
/// an array, and for an array of plain values. Bytes that are not UTF-8 become U+FFFD.
std::string json_page(const nlohmann::json& value);

}  // namespace multistate
