#pragma once

#include <string>
#include <string_view>

namespace multistate {

/// `text` with control characters and invalid UTF-8 escaped, whole: what a file held cannot move
/// the cursor of a terminal or begin a line of its own.
std::string printable(std::string_view text);

/// `text` on one line, for tables and XML: control characters (and U+FFFE and U+FFFF, which are not
/// for XML) become spaces, invalid UTF-8 '?'.
std::string one_line(std::string_view text);

/// `word` as a shell (bash) reads it back, quoted only where that is needed.
std::string shell_word(std::string_view word);

}  // namespace multistate
