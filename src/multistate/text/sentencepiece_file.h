#pragma once

#include <filesystem>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Reads a file `tokenizer.model` of SentencePiece. Control pieces ("<s>") and the unknown one are
/// cut out of the text as written; user-defined ones are part of it, and never joined to others. A
/// text begins with the model's BOS piece, where it has one. Throws InputError with the file.
TokenizerSpec read_sentencepiece(const std::filesystem::path& path);

}  // namespace multistate
