#include "multistate/experiment/key_tokens.h"

#include <algorithm>

#include "multistate/engine/evaluator.h"

namespace multistate {

std::vector<std::optional<Contrast>> contrast_contexts(const Transformer& model,
                                                       std::span<const int64_t> ids, int64_t bos,
                                                       const KeyTokenRule& rule) {
  const Evaluator full(model, keep_all_setup());
  const auto whole = full.evaluate(ids, {}).losses;
  const auto end = static_cast<int64_t>(ids.size());
  std::vector<std::optional<Contrast>> contrasts(ids.size());
  std::vector<int64_t> piece;
  for (int64_t begin = bos; begin + rule.short_context < end; begin += rule.short_stride) {
    const int64_t first = begin + rule.short_context;
    const int64_t last = std::min(first + rule.short_stride, end);
    piece.assign(ids.begin(), ids.begin() + bos);
    piece.insert(piece.end(), ids.begin() + begin, ids.begin() + last);
    const auto losses = full.evaluate(piece, {}).losses;
    for (int64_t place = first; place < last; ++place) {
      // Loss i is that of token i + 1.
      contrasts[static_cast<size_t>(place)] = {
          .long_loss = whole[static_cast<size_t>(place - 1)],
          .short_loss = losses[static_cast<size_t>(place - begin + bos - 1)]};
    }
  }
  return contrasts;
}

}  // namespace multistate
