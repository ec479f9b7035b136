#pragma once

#include "multistate/model/gguf_reader.h"
#include "multistate/model/transformer_config.h"

namespace multistate {

/// The sizes of the model from `general.*` and `llama.*`, validated. Every `llama.*` key must be
/// one that is understood, and whatever changes the computation in a way that is not built
/// (experts, RoPE scaling, sliding windows, ...) must be switched off; otherwise throws InputError
/// with key and value.
TransformerConfig read_gguf_config(const GgufContent& content);

}  // namespace multistate
