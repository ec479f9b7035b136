#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace multistate {

/// How a document's tokens are cut.
struct ChunkRule {
  int64_t length = 0;  ///< Text tokens of a chunk.
  int64_t stride = 0;  ///< From the start of one chunk to the start of the next; at most `length`.
  int64_t skip = 0;    ///< Tokens to skip at the start of every document.
};

/// A piece of a document that is evaluated by itself.
struct Chunk {
  int64_t document = 0;
  int64_t begin = 0;  ///< First token.
  int64_t first_scored =
      0;  ///< Tokens before this one are context: an earlier chunk has scored them.
};

/// What became of one document's tokens.
struct DocumentUse {
  int64_t tokens = 0;
  int64_t chunks = 0;     ///< That fit.
  int64_t selected = 0;   ///< Of these, within the limit on chunks.
  int64_t skipped = 0;    ///< Tokens skipped at the start.
  int64_t left_over = 0;  ///< Tokens at the end that fill no chunk.
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<DocumentUse> documents;
};

/// Cuts documents of the given numbers of tokens. Chunks are taken in turn, the first of every
/// document, then the second of each, and so on, so that `max_chunks` (0: no limit) leaves out no
/// document before it must. The first `skip_chunks` in this order are left out and do not count.
ChunkPlan plan_chunks(std::span<const int64_t> document_tokens, const ChunkRule& rule,
                      int64_t max_chunks, int64_t skip_chunks = 0);

}  // namespace multistate
