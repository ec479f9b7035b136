#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "multistate/experiment/experiment.h"

namespace multistate::recommend {

/// How much text there is.
struct TextSize {
  std::vector<int64_t> document_tokens;
  bool adds_bos = false;  ///< A chunk's first token is BOS.

  /// Chunks of `context_length` tokens.
  int64_t chunks(int64_t context_length) const;
};

/// Of a workload on chunks of texts.
TextSize size_of(const Workload& workload);

/// What decides how long chunks are.
struct LengthOptions {
  std::string data;               ///< For messages.
  std::optional<int64_t> wanted;  ///< By the user.
  int64_t samples = 0;            ///< Chunks that are used at most.
  int64_t trained = 0;            ///< Tokens that the model was trained for.
};

/// Tokens of a chunk: `wanted`, else the longest of 1024, 512 and 256 that the model was trained
/// for and of which the text has as many chunks as are used, else 256. Throws InputError, with how
/// many there are and are needed, when the text has fewer than kLeastChunks.
int64_t choose_context_length(const TextSize& text, const LengthOptions& options);

}  // namespace multistate::recommend
