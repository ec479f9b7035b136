#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace multistate {

/// Whether a person reads the file descriptor on a terminal that can move its cursor (not
/// TERM=dumb).
bool is_terminal(int descriptor);

/// Whether to colour what is written there: a terminal, and NO_COLOR (https://no-color.org) unset
/// or empty.
bool use_color(int descriptor);

/// Columns of the terminal; 80 when the descriptor is none or does not tell.
int64_t terminal_width(int descriptor);

/// Columns a terminal uses for UTF-8 text without wide or combining characters.
size_t display_width(std::string_view text);

}  // namespace multistate
