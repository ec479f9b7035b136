#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace multistate {

/// A token that continues a word: it begins within the word, after its first byte.
struct WordContinuation {
  int64_t token = 0;

  /// How many tokens back, at the word's last occurrence, the token lies that holds the byte which
  /// this token begins with; none when the word has not occurred before.
  std::optional<int64_t> distance;
};

/// The tokens that continue a word, in order. `pieces` are the bytes of the tokens, which one after
/// the other make the text. Two words (words_of) are the same when their bytes are.
///
/// What such a token has to say is known from the part of the word before it only together with
/// the word itself: from what the model knows, or from where the word stood before. The first token
/// of a word says which word comes, which is for the most part not a matter of recall.
std::vector<WordContinuation> find_continuations(std::span<const std::string> pieces);

}  // namespace multistate
