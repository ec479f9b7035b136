#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Tokens of tiktoken's kind, which are bytes in the order in which they are made.

/// The token, in GPT-2's alphabet for bytes, that `base64` stands for. Throws InputError with
/// `place` when it stands for none.
std::string read_ranked_token(std::string_view base64, const std::string& place);

/// The kind for such tokens, cut by `steps`, which end in BytesToAlphabet: a piece that is a token
/// is taken whole, and others are merged by id.
BpeSpec ranked_kind(std::vector<PreTokenizerStep> steps);

/// Adds special tokens behind those of `spec`.
void append_special_tokens(const std::vector<std::string>& names, TokenizerSpec& spec);

/// The id of one of them. Throws InputError when `spec` has none of that name.
int64_t special_id(std::string_view name, const TokenizerSpec& spec);

}  // namespace multistate
