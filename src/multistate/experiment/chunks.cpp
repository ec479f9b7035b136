#include "multistate/experiment/chunks.h"

#include <algorithm>

namespace multistate {
namespace {

DocumentUse use_of(int64_t tokens, const ChunkRule& rule) {
  DocumentUse use;
  use.tokens = tokens;
  use.skipped = std::min(rule.skip, tokens);
  const int64_t available = tokens - use.skipped;
  use.chunks = available < rule.length ? 0 : (available - rule.length) / rule.stride + 1;
  const int64_t covered = use.chunks == 0 ? 0 : (use.chunks - 1) * rule.stride + rule.length;
  use.left_over = available - covered;
  return use;
}

}  // namespace

ChunkPlan plan_chunks(std::span<const int64_t> document_tokens, const ChunkRule& rule,
                      int64_t max_chunks, int64_t skip_chunks) {
  ChunkPlan plan;
  int64_t most = 0;
  int64_t skipped = 0;
  for (const int64_t tokens : document_tokens) {
    plan.documents.push_back(use_of(tokens, rule));
    most = std::max(most, plan.documents.back().chunks);
  }
  for (int64_t turn = 0; turn < most; ++turn) {
    for (size_t document = 0; document < plan.documents.size(); ++document) {
      DocumentUse& use = plan.documents[document];
      const bool full = max_chunks > 0 && static_cast<int64_t>(plan.chunks.size()) >= max_chunks;
      if (turn >= use.chunks || full) {
        continue;
      }
      if (skipped < skip_chunks) {
        ++skipped;
        continue;
      }
      const int64_t begin = use.skipped + turn * rule.stride;
      const int64_t already_scored = turn == 0 ? 0 : rule.length - rule.stride;
      plan.chunks.push_back({static_cast<int64_t>(document), begin, begin + already_scored});
      ++use.selected;
    }
  }
  return plan;
}

}  // namespace multistate
