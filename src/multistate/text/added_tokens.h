#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Cuts added tokens out of text: at every place the longest one that stands there. Immutable;
/// threads share it.
class AddedTokens {
 public:
  /// Throws InputError, starting with `source`, for an empty or a repeated token.
  AddedTokens(std::vector<AddedToken> tokens, const std::string& source);

  /// Calls, from left to right, `text_between` with the (not empty) text between added tokens and
  /// `token` with each token.
  void split(std::string_view text, const std::function<void(std::string_view)>& text_between,
             const std::function<void(const AddedToken&)>& token) const;

 private:
  const AddedToken* longest_at(std::string_view text) const;

  std::vector<AddedToken> tokens_;
  std::array<std::vector<size_t>, 256> by_first_byte_;  ///< Indices into tokens_, longest first.
};

}  // namespace multistate
