#pragma once

#include <filesystem>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Reads a Hugging Face `tokenizer.json` with a BPE model. Whatever the file asks for and this
/// reader does not implement (dropout, truncation, a template that writes behind the text, ...) is
/// an InputError that names the file, the JSON path and the value: a tokenizer that is only nearly
/// right gives wrong losses.
TokenizerSpec read_tokenizer_json(const std::filesystem::path& path);

}  // namespace multistate
