#include "multistate/synthetic/evidence.h"

#include <algorithm>
#include <string>

namespace multistate {
namespace {

/// For every byte of the text whether it belongs to the words.
std::vector<bool> bytes_of(std::string_view words, std::string_view text) {
  std::vector<bool> bytes(text.size(), false);
  for (size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), words.size(), true);
  }
  return bytes;
}

}  // namespace

std::vector<int64_t> tokens_of(std::string_view words, std::span<const int64_t> ids,
                               const Tokenizer& tokenizer) {
  std::string text;
  std::vector<size_t> ends;
  for (const int64_t id : ids) {
    text += tokenizer.token_bytes(id);
    ends.push_back(text.size());
  }
  const auto bytes = bytes_of(words, text);
  std::vector<int64_t> tokens;
  size_t byte = 0;
  for (size_t token = 0; token < ends.size(); ++token) {
    bool holds = false;
    for (; byte < ends[token]; ++byte) {
      holds = holds || bytes[byte];
    }
    if (holds) {
      tokens.push_back(static_cast<int64_t>(token));
    }
  }
  return tokens;
}

}  // namespace multistate
