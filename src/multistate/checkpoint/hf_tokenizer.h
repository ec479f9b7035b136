#pragma once

#include <filesystem>

#include "multistate/checkpoint/hf_config.h"
#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// The tokenizer of a Hugging Face folder: `tokenizer.json`; without one `tokenizer.model`
/// (SentencePiece, or tiktoken's as Llama 3 has it); without either `tekken.json`; else
/// `qwen.tiktoken`.
///
/// Further tokens of a SentencePiece model, and whether a space is written behind them (`legacy`,
/// true unless it is given, as in transformers 4): `tokenizer_config.json`.
///
/// A text begins with BOS when `add_bos_token` of `tokenizer_config.json` says so; where that is
/// not given, when the template of `tokenizer.json` writes it, or as the file's kind has it. Which
/// token that is: the template's, else `bos_token` of `tokenizer_config.json`, else `bos_token_id`
/// of `config.json`, else the file's own.
///
/// EOS: `eos_token`, else the first `eos_token_id` of `config.json`, else the file's own. All ids
/// of `eos_token_id` in `config.json` and `generation_config.json` end a text as well.
///
/// Throws InputError with file, key and value.
TokenizerSpec read_hf_tokenizer(const std::filesystem::path& folder, const HfConfig& config);

}  // namespace multistate
