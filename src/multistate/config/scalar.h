#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace multistate {

/// A decimal integer: optional sign, digits, no leading zero (YAML 1.1 would read "010" as eight).
/// Nothing when `text` is anything else or does not fit in 64 bits.
std::optional<int64_t> parse_integer(std::string_view text);

/// A decimal number: as above, with an optional fraction and exponent ("0.5", ".5", "1e-5").
/// Nothing for anything else, NaN and infinity included, and for what a double cannot hold.
std::optional<double> parse_number(std::string_view text);

/// The shortest decimal text that reads back as `value`: 0.1, 1, 1e+22.
std::string shortest_text(double value);

}  // namespace multistate
