#pragma once

#include <filesystem>
#include <string_view>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Whether a file `tokenizer.model` is one of tiktoken's: lines "<token in base64> <rank>".
bool is_tiktoken(std::string_view bytes);

/// Reads such a file of Llama 3, as Meta distributes it: byte-level BPE merged by rank. The file
/// names neither the pattern that cuts the text nor the 256 special tokens behind the others; they
/// are those of Meta's code for Llama 3.1 and later. A text begins with <|begin_of_text|> and ends
/// at <|end_of_text|>, <|eom_id|> or <|eot_id|>. Throws InputError with file and line.
TokenizerSpec read_tiktoken(const std::filesystem::path& path);

}  // namespace multistate
