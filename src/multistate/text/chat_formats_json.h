#pragma once

#include <string_view>

namespace multistate {

/// The content of chat_formats.json, which the build puts into the program.
std::string_view chat_formats_json();

}  // namespace multistate
