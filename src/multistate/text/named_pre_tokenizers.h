#pragma once

#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// What stands behind a name in `tokenizer.ggml.pre` of a GGUF file.
struct NamedPreTokenizer {
  /// Of the model's own tokenizer. llama.cpp leaves it out; ids differ for text that is not in this
  /// form ("e" and an accent as two characters).
  std::vector<NormalizerStep> normalizer = {};
  std::vector<PreTokenizerStep> steps = {};
  bool ignore_merges = false;  ///< See BpeSpec.
  bool add_bos = false;        ///< Where the file does not say; see TokenizerSpec.
};

/// Throws InputError, starting with `source` and with all names, for another name.
NamedPreTokenizer named_pre_tokenizer(std::string_view name, std::string_view source);

}  // namespace multistate
