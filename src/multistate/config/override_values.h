#pragma once

#include <string_view>
#include <vector>

#include "multistate/config/node.h"

namespace multistate {

/// The values behind the "=" of an override; `mark` is theirs. Throws InputError with the mark.
std::vector<Node> parse_override_values(std::string_view text, const Mark& mark);

/// The values of "range(<arguments>)".
std::vector<Node> parse_override_range(std::string_view arguments, const Mark& mark);

}  // namespace multistate
