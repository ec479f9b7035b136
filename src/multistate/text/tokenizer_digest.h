#pragma once

#include <string>
#include <string_view>

#include "multistate/base/sha256.h"
#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// SHA-256 of a tokenizer, built from length-prefixed parts. Results are identified by it: new
/// kinds and options must not change the digests of existing tokenizers.
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
