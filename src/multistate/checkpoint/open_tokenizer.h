#pragma once

#include <filesystem>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// The tokenizer of a model, or one by itself: a file tokenizer.json, tokenizer.model or
/// tekken.json, or a GGUF file without tensors. Throws InputError as ModelFile::open and the
/// readers of these files do.
TokenizerSpec open_tokenizer(const std::filesystem::path& path);

}  // namespace multistate
