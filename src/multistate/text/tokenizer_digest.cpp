#include "multistate/text/tokenizer_digest.h"

#include <fmt/format.h>

namespace multistate {

void TokenizerDigest::add(std::string_view text) {
  sha_.update(fmt::format("{}:", text.size())).update(text);
}

void TokenizerDigest::add_tokens(const TokenizerSpec& spec) {
  add(std::to_string(spec.tokens.size()));
  for (const std::string& token : spec.tokens) {
    add(token);
  }
}

void TokenizerDigest::add_added_tokens(const TokenizerSpec& spec) {
  add(std::to_string(spec.added_tokens.size()));
  for (const AddedToken& token : spec.added_tokens) {
    add(fmt::format("{} {}", token.id, token.content));
    if (token.lstrip || token.rstrip || token.single_word || token.normalized) {
      add(fmt::format("lstrip {} rstrip {} single_word {} normalized {}", token.lstrip,
                      token.rstrip, token.single_word, token.normalized));
    }
  }
}

}  // namespace multistate
