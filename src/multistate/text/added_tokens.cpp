#include "multistate/text/added_tokens.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/characters.h"

namespace multistate {
namespace {

uint64_t edge(int32_t node, char byte) {
  return (static_cast<uint64_t>(node) << 8) | static_cast<unsigned char>(byte);
}

/// Where the character begins that ends at `end`.
size_t character_before(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while ((static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) {
    --begin;
  }
  return begin;
}

/// `begin`, moved to the left over white space, but not beyond `limit`.
size_t skip_left(std::string_view text, size_t begin, size_t limit) {
  while (begin > limit) {
    const size_t before = character_before(text, begin);
    if (!is_white_space(character_at(text, before).code_point)) {
      break;
    }
    begin = before;
  }
  return begin;
}

size_t skip_right(std::string_view text, size_t end) {
  while (end < text.size()) {
    const Character next = character_at(text, end);
    if (!is_white_space(next.code_point)) {
      break;
    }
    end += next.size;
  }
  return end;
}

void pass_on(std::string_view text, const std::function<void(std::string_view)>& text_between) {
  if (!text.empty()) {
    text_between(text);
  }
}

}  // namespace

void check_added_tokens(const std::vector<AddedToken>& tokens, const std::string& source) {
  std::set<std::string_view> seen;
  for (const AddedToken& token : tokens) {
    if (token.content.empty() || !seen.insert(token.content).second) {
      throw InputError(fmt::format("{}: the added token {} ({}) is {}", source, token.id,
                                   in_quotes(token.content),
                                   token.content.empty() ? "empty" : "given twice"));
    }
  }
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)),
      token_of_node_(1, -1),
      word_character_(fmt::format("[{}]", kWordCharacters), "added tokens") {
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) {
    return a.special && !b.special;
  });
  for (size_t i = 0; i < tokens_.size(); ++i) {
    insert(tokens_[i].content, static_cast<int32_t>(i));
  }
}

void AddedTokens::insert(const std::string& content, int32_t token) {
  int32_t node = 0;
  for (const char byte : content) {
    const auto [found, inserted] =
        next_.emplace(edge(node, byte), static_cast<int32_t>(token_of_node_.size()));
    if (inserted) {
      token_of_node_.push_back(-1);
    }
    node = found->second;
  }
  int32_t& here = token_of_node_[static_cast<size_t>(node)];
  here = here < 0 ? token : here;
}

const AddedToken* AddedTokens::longest_at(std::string_view text) const {
  int32_t node = 0;
  int32_t longest = -1;
  for (const char byte : text) {
    const auto found = next_.find(edge(node, byte));
    if (found == next_.end()) {
      break;
    }
    node = found->second;
    const int32_t token = token_of_node_[static_cast<size_t>(node)];
    longest = token < 0 ? longest : token;
  }
  return longest < 0 ? nullptr : &tokens_[static_cast<size_t>(longest)];
}

bool AddedTokens::is_word_character(std::string_view character) const {
  return word_character_.matches_start(character);
}

bool AddedTokens::stands_alone(std::string_view text, size_t begin, size_t end) const {
  const bool word_before =
      begin > 0 && is_word_character(text.substr(character_before(text, begin)));
  const bool word_behind = end < text.size() && is_word_character(text.substr(end));
  return !word_before && !word_behind;
}

void AddedTokens::split(std::string_view text,
                        const std::function<void(std::string_view)>& text_between,
                        const std::function<void(const AddedToken&)>& token) const {
  size_t done = 0;
  for (size_t i = 0; i < text.size();) {
    const AddedToken* found = longest_at(text.substr(i));
    if (found == nullptr) {
      ++i;
      continue;
    }
    const size_t end = i + found->content.size();
    if (!found->single_word || stands_alone(text, i, end)) {
      const size_t begin = found->lstrip ? skip_left(text, i, std::min(done, i)) : i;
      pass_on(text.substr(done, std::max(begin, done) - done), text_between);
      token(*found);
      done = found->rstrip ? skip_right(text, end) : end;
    }
    // What was found takes no part in another token, used or not; white space to the right may.
    i = end;
  }
  pass_on(text.substr(done), text_between);
}

}  // namespace multistate
