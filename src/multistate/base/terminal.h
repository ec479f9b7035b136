#pragma once

#include <cstdint>

namespace multistate {

/// Whether a person reads the file descriptor on a terminal that can move its cursor (not
/// TERM=dumb).
bool is_terminal(int descriptor);

/// Whether to colour what is written there: a terminal, and NO_COLOR (https://no-color.org) unset
/// or empty.
bool use_color(int descriptor);

/// Columns of the terminal; 80 when the descriptor is none or does not tell.
int64_t terminal_width(int descriptor);

}  // namespace multistate
