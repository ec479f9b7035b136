#pragma once

#include <filesystem>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Reads a `tekken.json` of Mistral (Nemo and later): byte-level BPE merged by rank, special tokens
/// first. As mistral-common does, only the first `default_vocab_size` tokens count, and special
/// tokens without a name are called <SPECIAL_i>. A text begins with <s> and ends at </s>. Throws
/// InputError with the file and the place in it.
TokenizerSpec read_tekken_json(const std::filesystem::path& path);

}  // namespace multistate
