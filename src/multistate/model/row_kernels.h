#pragma once

#include <cstdint>

namespace multistate {

/// The layers of layers.h for rows of floats on the CPU, each in one pass over memory. A matrix is
/// `rows` rows of `size` floats, `stride` floats from row to row.

/// out [rows, size] = x / sqrt(mean(x^2) + epsilon) * weight.
void rms_norm_rows(const float* x, const float* weight, float epsilon, int64_t rows, int64_t size,
                   float* out);

/// Turns `heads` vectors of 2 * half floats, `head_stride` apart, in place: element i with element
/// i + half by the angle whose cosine is cos[i].
void rotate_heads(float* x, int64_t heads, int64_t head_stride, const float* cos, const float* sin,
                  int64_t half);

/// out [rows, size] = silu(gate) * up, where row r of `gate_up` holds size gates, then size ups.
void swiglu_rows(const float* gate_up, int64_t rows, int64_t size, float* out);

/// The same with gelu, approximated with tanh, in the place of silu.
void geglu_rows(const float* gate_up, int64_t rows, int64_t size, float* out);

/// x[i] = cap * tanh(x[i] / cap).
void cap_row(float* x, float cap, int64_t size);

}  // namespace multistate
