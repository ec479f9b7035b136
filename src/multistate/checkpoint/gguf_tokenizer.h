#pragma once

#include "multistate/checkpoint/gguf_value.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The tokenizer in a GGUF file's `tokenizer.ggml.*`: byte-level BPE ("gpt2") or SentencePiece
/// ("llama"). Control and user-defined tokens become added tokens (control: special ones); in
/// byte-level BPE unused ones stay plain entries of the vocabulary. `add_bos_token` says whether a
/// text begins with BOS; without it llama.cpp's rule for the kind holds. `eos_token_id`,
/// `eot_token_id` and `eom_token_id` all end a text. `add_eos_token` is allowed, whatever it says:
/// texts that are to go on have no end. Keys that are not understood are refused, as are values
/// that would need something not built. Throws InputError with key and value.
TokenizerSpec read_gguf_tokenizer(const GgufMetadata& metadata);

}  // namespace multistate
