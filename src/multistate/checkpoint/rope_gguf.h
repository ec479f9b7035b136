#pragma once

#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {

/// RoPE by the keys `rope.*` and the tensors `rope_freqs.weight`, or `rope_factors_short.weight`
/// and `rope_factors_long.weight`, which are noted in `layout`. Reads the context length from
/// `spec`.
RotationSpec read_gguf_rotation(GgufKeys& keys, const DecoderSpec& spec, int64_t head_size,
                                WeightLayout& layout);

}  // namespace multistate
