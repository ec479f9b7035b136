#pragma once

#include <span>

#include "multistate/checkpoint/dequantize.h"

namespace multistate {

/// Types of GGUF files by family. Layouts are ggml's block structures as its ggml-common.h
/// documents them; sums are formed as there, so that the values are the reference's to the last
/// bit.

std::span<const TensorType> plain_types();        ///< F32, F16, BF16
std::span<const TensorType> round_types();        ///< Blocks of 32: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0
std::span<const TensorType> super_block_types();  ///< Blocks of 256: Q2_K to Q8_K
std::span<const TensorType> codebook_types();     ///< Values of a table: IQ4_NL, IQ4_XS, MXFP4

}  // namespace multistate
