#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Throws InputError, starting with `source`, when a tensor's shape is not the expected one.
void check_shape(const std::string& source, std::string_view name,
                 const std::vector<int64_t>& shape, const std::vector<int64_t>& expected);

/// Throws InputError when the tokenizer has more tokens than the model. (Fewer are normal:
/// embeddings are padded to round sizes.)
void check_vocabulary(const std::string& source, const DecoderSpec& spec,
                      const TokenizerSpec& tokenizer);

}  // namespace multistate
