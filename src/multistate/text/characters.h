#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace multistate {

/// A character of a text.
struct Character {
  int32_t code_point = 0;
  size_t size = 0;  ///< In bytes.
};

/// The character at an offset of valid UTF-8; the offset is before the end.
Character character_at(std::string_view text, size_t offset);

void append_utf8(int32_t code_point, std::string& text);

/// Unicode's general categories Nd, Nl and No.
bool is_numeric(int32_t code_point);

/// The general categories P* as Unicode 8 has them, which is what Hugging Face's tokenizers know,
/// and ASCII's symbols: $+<=>^`|~.
bool is_punctuation(int32_t code_point);

/// The property White_Space.
bool is_white_space(int32_t code_point);

/// A regular expression for the characters of words as Unicode's annex 18 has them: letters and
/// what else is alphabetic, marks, decimal digits, connectors and the two joiners. To be put into
/// brackets.
constexpr std::string_view kWordCharacters = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control})";

}  // namespace multistate
