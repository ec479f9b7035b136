#pragma once

#include <string>
#include <string_view>

#include "multistate/checkpoint/gguf_value.h"
#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// The key of a GGUF file with a name of its tokenizer: "tokenizer.ggml.<name>".
std::string vocabulary_key(std::string_view name);

/// What a kind of tokenizer adds to a spec. `spec` has source and tokens when it comes; the reader
/// sets added_tokens and kind, and `add_bos` to what llama.cpp does where the file does not say.
/// Throw InputError with key and value.

/// `tokenizer.ggml.model` = gpt2: byte-level BPE.
void read_byte_level(const GgufMetadata& metadata, TokenizerSpec& spec);

/// `tokenizer.ggml.model` = llama: SentencePiece BPE, as llama.cpp runs it: the text is not
/// normalized; control, unknown and user-defined tokens are cut out of it first; `add_space_prefix`
/// (true unless it says otherwise) puts a space before what is between them; unused tokens are
/// normal ones; a character without a token becomes bytes, which all have a token.
void read_sentencepiece(const GgufMetadata& metadata, TokenizerSpec& spec);

/// `tokenizer.ggml.token_type`, one for each token, of SentencePiece's numbers.
std::vector<int64_t> read_token_types(const GgufMetadata& metadata, const TokenizerSpec& spec);

}  // namespace multistate
