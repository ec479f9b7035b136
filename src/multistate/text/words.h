#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace multistate {

/// A word of a text: its bytes are those from `begin` up to, but not including, `end`.
struct Word {
  size_t begin = 0;
  size_t end = 0;
};

/// The words of a text in order: the longest runs of letters, marks and numbers (Unicode's general
/// categories L, M and N). Everything else, and bytes that are not UTF-8, lies between words.
std::vector<Word> words_of(std::string_view text);

}  // namespace multistate
