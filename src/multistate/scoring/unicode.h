#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

// Text as the published metrics see it. They are written in Python, so that case, white space,
// digits and words are those of Python's `str` and `re`: of all of Unicode, not of ASCII.

/// The code points of UTF-8 text; every byte that is no part of a valid sequence is U+FFFD.
std::u32string code_points(std::string_view text);

/// The reverse.
std::string to_utf8(std::u32string_view text);

/// As str.lower(): full mapping, so that U+0130 gives two code points, and a capital sigma at the
/// end of a word a final one.
std::u32string lower_case(std::u32string_view text);

/// As str.isspace().
bool is_space(char32_t c);

/// As \w in a pattern: letters, numbers and the underscore.
bool is_word(char32_t c);

/// The value of a decimal digit of any script, as \d and int() take it.
std::optional<int> digit_value(char32_t c);

/// As str.split(): the runs of what is no white space.
std::vector<std::u32string> split_at_space(std::u32string_view text);

/// As str.split(separator): at least one piece, empty ones kept.
std::vector<std::u32string> split_at(std::u32string_view text, char32_t separator);

}  // namespace multistate
