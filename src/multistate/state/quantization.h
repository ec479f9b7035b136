#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace multistate {

/// Numbers in few bits, by asymmetric min-max quantisation: numbers that share a range, from `zero`
/// on in steps of `scale`, are codes 0 to 2^bits - 1.
///
///   zero = least, scale = (most - least) / (2^bits - 1), code = (x - zero) / scale, rounded to the
///   nearest integer (halves to the even one); 0 where all are equal
///
/// in float32, so that zero + scale * code is within scale / 2 of x, rounding aside.
struct Quantized {
  at::Tensor codes;  ///< uint8, the shape of the numbers.
  at::Tensor zero;   ///< float32, that shape with 1 for the dimension that shares a range.
  at::Tensor scale;  ///< The same.
};

/// Quantises `x`; numbers along dimension `dim` share a range.
Quantized quantize(const at::Tensor& x, int64_t dim, int64_t bits);

/// zero + scale * code in float32. `codes` may be of any type that holds them.
at::Tensor dequantize(const Quantized& numbers);

/// Bytes for `count` codes of `bits` bits: 2, 4 or 8.
int64_t packed_size(int64_t count, int64_t bits);

/// Codes [..., n], uint8, as bytes [..., packed_size(n, bits)]: the first codes in the lowest bits
/// of all bytes, the next ones in the bits above.
at::Tensor pack(const at::Tensor& codes, int64_t bits);

/// The codes [..., count] again, as float32.
at::Tensor unpack(const at::Tensor& bytes, int64_t count, int64_t bits);

}  // namespace multistate
