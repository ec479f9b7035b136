#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "multistate/text/regex.h"
#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Throws InputError, starting with `source`, for an empty or a repeated token.
void check_added_tokens(const std::vector<AddedToken>& tokens, const std::string& source);

/// Cuts added tokens out of text, from left to right: at every place the longest one that stands
/// there; of equal ones the first special one, or else the first. Immutable; threads share it.
class AddedTokens {
 public:
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }

  /// Calls, from left to right, `text_between` with the (not empty) text between added tokens and
  /// `token` with each token. Takes time linear in the text.
  void split(std::string_view text, const std::function<void(std::string_view)>& text_between,
             const std::function<void(const AddedToken&)>& token) const;

 private:
  void insert(const std::string& content, int32_t token);
  const AddedToken* longest_at(std::string_view text) const;
  bool stands_alone(std::string_view text, size_t begin, size_t end) const;
  bool is_word_character(std::string_view character) const;

  std::vector<AddedToken> tokens_;

  /// A trie: from node and byte to node. Nodes are numbers, 0 is the root.
  std::unordered_map<uint64_t, int32_t> next_;
  std::vector<int32_t> token_of_node_;  ///< Index into tokens_, or -1.
  Regex word_character_;
};

}  // namespace multistate
