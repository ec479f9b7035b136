#pragma once

#include <cstdint>
#include <span>

#include "multistate/policy/step_view.h"

namespace multistate {

/// How far the keys of a key/value head stand apart from each other: leverage[i] is the statistical
/// leverage of the key of row first + i among those rows, x'(X'X + 0.01)^-1 x, where X are their
/// keys before RoPE, less their mean, times a random matrix [D, s] of normal numbers of variance
/// 1 / s, where s is D * `sketch`, rounded up. (Needs::keys, Needs::random)
///
/// Chari and Van Durme, Compactor: Calibrated Query-Agnostic KV Cache Compression with Approximate
/// Leverage Scores, arXiv:2507.08143.
void find_key_leverage(const PromptView& prompt, int64_t kv_head, double sketch, int64_t first,
                       std::span<float> leverage);

}  // namespace multistate
