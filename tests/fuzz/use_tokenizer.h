#pragma once

#include "multistate/text/tokenizer.h"

namespace multistate::fuzz {

/// Makes the tokenizer and takes a text there and back: what is read has to work, too.
inline void use_tokenizer(const TokenizerSpec& spec) {
  const auto tokenizer = Tokenizer::make(spec);
  tokenizer->decode(tokenizer->encode("The  caf\u00e9's 12 <s> \xf0\x9f\x99\x82\n"));
  tokenizer->encode_continuation(" it");
  tokenizer->description();
  tokenizer->sha256();
}

}  // namespace multistate::fuzz
