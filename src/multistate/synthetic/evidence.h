#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer.h"

namespace multistate {

/// Indices, ascending, of the tokens of a text that hold a byte of `words`, wherever the text has
/// them.
std::vector<int64_t> tokens_of(std::string_view words, std::span<const int64_t> ids,
                               const Tokenizer& tokenizer);

}  // namespace multistate
