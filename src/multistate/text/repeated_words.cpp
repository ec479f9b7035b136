#include "multistate/text/repeated_words.h"

#include <string_view>
#include <unordered_map>

#include "multistate/text/words.h"

namespace multistate {
namespace {

/// A text with the token that each of its bytes is from.
struct TokenText {
  std::string bytes;
  std::vector<int64_t> token;
  std::vector<bool> begins;  ///< Whether the byte is the first of its token.

  explicit TokenText(std::span<const std::string> pieces) {
    for (size_t i = 0; i < pieces.size(); ++i) {
      bytes += pieces[i];
      token.resize(bytes.size(), static_cast<int64_t>(i));
      begins.resize(bytes.size(), false);
      if (!pieces[i].empty()) {
        begins[bytes.size() - pieces[i].size()] = true;
      }
    }
  }
};

}  // namespace

std::vector<WordContinuation> find_continuations(std::span<const std::string> pieces) {
  const TokenText text(pieces);
  const std::string_view bytes = text.bytes;
  std::unordered_map<std::string_view, size_t> last_begin;
  std::vector<WordContinuation> found;
  for (const Word& word : words_of(bytes)) {
    const auto [last, is_new] =
        last_begin.try_emplace(bytes.substr(word.begin, word.end - word.begin), word.begin);
    for (size_t byte = word.begin + 1; byte < word.end; ++byte) {
      if (!text.begins[byte]) {
        continue;
      }
      WordContinuation continuation = {.token = text.token[byte], .distance = std::nullopt};
      if (!is_new) {
        continuation.distance = text.token[byte] - text.token[last->second + byte - word.begin];
      }
      found.push_back(continuation);
    }
    last->second = word.begin;
  }
  return found;
}

}  // namespace multistate
