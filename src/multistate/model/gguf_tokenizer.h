#pragma once

#include "multistate/model/gguf_value.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The tokenizer in a GGUF file's `tokenizer.ggml.*`, which must be byte-level BPE ("gpt2").
/// Control and user-defined tokens become added tokens (control: special ones); unused ones stay
/// plain entries of the vocabulary. `add_bos_token` and `add_eos_token` are allowed, whatever they
/// say: encoding never adds either, experiments that want a BOS ask for it. Keys that are not
/// understood are refused, as are values that would need something not built. Throws InputError
/// with key and value.
TokenizerSpec read_gguf_tokenizer(const GgufMetadata& metadata);

}  // namespace multistate
