#pragma once

#include <string>
#include <string_view>

#include "multistate/base/sha256.h"
#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// SHA-256 of a tokenizer, built up from parts whose lengths are part of it. Results are found
/// again by it: what is added for new kinds and options must leave the digests of others alone.
class TokenizerDigest {
 public:
  void add(std::string_view text);
  void add_tokens(const TokenizerSpec& spec);
  void add_added_tokens(const TokenizerSpec& spec);
  std::string hex() { return sha_.hex(); }

 private:
  Sha256 sha_;
};

}  // namespace multistate
