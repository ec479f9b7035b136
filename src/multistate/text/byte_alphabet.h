#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace multistate {

/// GPT-2 writes each of the 256 bytes as one visible character: printable ones of Latin-1 as
/// themselves, the other 68 as U+0100, U+0101, ... in order (Radford et al., Language Models are
/// Unsupervised Multitask Learners, 2019; encoder.py).

/// The character, in UTF-8, that stands for a byte.
const std::string& byte_to_character(unsigned char byte);

/// The bytes that text in the alphabet stands for; nullopt when a character is not in it.
std::optional<std::string> alphabet_to_bytes(std::string_view text);

}  // namespace multistate
