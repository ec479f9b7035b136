#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <ATen/core/Tensor.h>

#include "multistate/engine/kept_attention.h"
#include "multistate/model/transformer.h"

namespace multistate {

/// What the full cache makes of a sample of T tokens: enough to compare any policy with it. Not its
/// logits, which take V / C times as much memory: they are made again, a piece at a time, from the
/// hidden states.
struct FullCacheRun {
  at::Tensor hidden;  ///< [T, C], of the last layer, before the final norm.
  std::optional<FullAttention> attention;
};

/// Runs `ids` with the full cache. With attention all of them pass through a layer in one call,
/// otherwise in segments.
FullCacheRun run_full_cache(const Transformer& model, std::span<const int64_t> ids,
                            bool with_attention);

}  // namespace multistate
