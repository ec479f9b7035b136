#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// The candidate closest to `word` by edit distance, or "" when none is close enough to be meant.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'x'?" for the nearest candidate, or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// "a, b, c".
std::string join(std::span<const std::string> words, std::string_view separator = ", ");

/// `text` in single quotes, shortened after 80 bytes, control characters and invalid UTF-8 escaped:
/// fit for an error message whatever a file held.
std::string in_quotes(std::string_view text);

/// Length of the valid UTF-8 sequence that starts `text` (which is not empty), or 0: overlong
/// forms, surrogates and what is beyond U+10FFFF are invalid, as the standard has it.
size_t utf8_length(std::string_view text);

/// 1,536 bytes -> "1.5 KiB".
std::string human_bytes(double bytes);

/// 115861 -> "115,861".
std::string human_count(int64_t count);

/// The lines of a table with columns padded to equal width; numbers (all but the header numeric)
/// are aligned right. `rows[0]` is the header. Ends with a newline.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace multistate
