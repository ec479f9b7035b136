#pragma once

#include <filesystem>
#include <string_view>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Files of tiktoken: a line "<token in base64> <rank>" for every token, in the order of ranks.
/// They are byte-level BPE merged by rank. The expression that cuts the text and the special tokens
/// behind the others are not in the file but in its maker's code, so that a reader is one maker's.
/// All throw InputError with file and line.

/// Whether a file `tokenizer.model` is one of these.
bool is_tiktoken(std::string_view bytes);

/// Meta's `tokenizer.model` of Llama 3, with the 256 special tokens of Llama 3.1 and later. A text
/// begins with <|begin_of_text|> and ends at <|end_of_text|>, <|eom_id|> or <|eot_id|>.
TokenizerSpec read_llama3_tiktoken(const std::filesystem::path& path);

/// Qwen's `qwen.tiktoken`, with its 208 special tokens, which are cut out of the text in Unicode's
/// form NFC. There is no BOS token; a text ends at <|endoftext|> or <|im_end|>.
TokenizerSpec read_qwen_tiktoken(const std::filesystem::path& path);

}  // namespace multistate
