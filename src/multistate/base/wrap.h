#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace multistate {

/// A label and a text beside it, in lines of at most `width` columns: the text begins at column
/// `indent` (or one blank behind a label that is longer), and so do all of its lines. Text is
/// broken at blanks only, so that a word longer than a line stays whole. Ends with a newline.
std::string wrap(std::string_view label, std::string_view text, int64_t indent, int64_t width);

}  // namespace multistate
