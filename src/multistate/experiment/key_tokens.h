#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "multistate/model/transformer.h"

namespace multistate {

/// Which tokens need the long context, by the full model (Fang et al., What is Wrong with
/// Perplexity for Long-context Language Modeling?, arXiv:2410.23771, section 3 and appendix A).
/// With the whole text l before token x, and with only its last tokens s:
///
///     LSD = log p(x | l) - log p(x | s)    what the long context gives
///     LCL = log p(x | l)                   whether it suffices
///
/// x is a key token if LSD > lsd_threshold and LCL > lcl_threshold.
struct KeyTokenRule {
  int64_t short_context = 256;  ///< K: tokens of s, at least.
  int64_t short_stride = 64;    ///< d: a run of the model gives d tokens their s: K to K + d - 1.
  double lsd_threshold = 2.0;   ///< In nats.
  double lcl_threshold = -2.0;  ///< In nats.
};

/// What the full model says of a token with the long and the short context before it.
struct Contrast {
  double long_loss = 0.0;  ///< In nats.
  double short_loss = 0.0;

  bool is_key(const KeyTokenRule& rule) const {
    return short_loss - long_loss > rule.lsd_threshold && -long_loss > rule.lcl_threshold;
  }
};

/// By place in `ids`: the contrast of the tokens that have short_context tokens of text before
/// them, none for the others. `ids` begin with `bos` tokens (0 or 1) that are no text; every short
/// context begins with them, too. Runs the model on about (2 + K / d) times the text.
std::vector<std::optional<Contrast>> contrast_contexts(const Transformer& model,
                                                       std::span<const int64_t> ids, int64_t bos,
                                                       const KeyTokenRule& rule);

}  // namespace multistate
