#pragma once

#include <filesystem>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Reads a Hugging Face `tokenizer.json` (byte-level BPE). Whatever the file asks for and this
/// reader does not implement (a normalizer, byte_fallback, dropout, truncation, ...) is an
/// InputError that names the file, the JSON path and the value: a tokenizer that is only nearly
/// right gives wrong losses.
TokenizerSpec read_tokenizer_json(const std::filesystem::path& path);

}  // namespace multistate
