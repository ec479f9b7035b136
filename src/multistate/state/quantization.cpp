#include "multistate/state/quantization.h"

#include <algorithm>

#include <ATen/ops/addcmul.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

namespace multistate {
namespace {

/// Calls `f(first code, codes, bit)` for the codes that lie in the same bits of their bytes.
template <class F>
void for_each_part(int64_t count, int64_t bits, const F& f) {
  const int64_t bytes = packed_size(count, bits);
  for (int64_t first = 0, bit = 0; first < count; first += bytes, bit += bits) {
    f(first, std::min(bytes, count - first), bit);
  }
}

}  // namespace

Quantized quantize(const at::Tensor& x, int64_t dim, int64_t bits) {
  const auto numbers = x.to(at::kFloat);
  const int64_t most = (int64_t{1} << bits) - 1;
  const auto zero = at::amin(numbers, dim, /*keepdim=*/true);
  const auto scale = at::amax(numbers, dim, /*keepdim=*/true).sub(zero).div(most);
  const auto codes = numbers.sub(zero).div(scale).round().clamp(0, most);
  // Where all numbers are equal, the quotient is 0 / 0.
  return {at::where(scale.eq(0), 0.0, codes).to(at::kByte), zero, scale};
}

at::Tensor dequantize(const Quantized& numbers) {
  return at::addcmul(numbers.zero, numbers.codes.to(at::kFloat), numbers.scale);
}

int64_t packed_size(int64_t count, int64_t bits) {
  const int64_t in_a_byte = 8 / bits;
  return (count + in_a_byte - 1) / in_a_byte;
}

at::Tensor pack(const at::Tensor& codes, int64_t bits) {
  auto shape = codes.sizes().vec();
  shape.back() = packed_size(codes.size(-1), bits);
  auto bytes = at::zeros(shape, codes.options());
  for_each_part(codes.size(-1), bits, [&](int64_t first, int64_t count, int64_t bit) {
    bytes.narrow(-1, 0, count).bitwise_or_(codes.narrow(-1, first, count).bitwise_left_shift(bit));
  });
  return bytes;
}

at::Tensor unpack(const at::Tensor& bytes, int64_t count, int64_t bits) {
  auto shape = bytes.sizes().vec();
  shape.back() = count;
  auto codes = at::empty(shape, bytes.options().dtype(at::kFloat));
  const int64_t mask = (int64_t{1} << bits) - 1;
  for_each_part(count, bits, [&](int64_t first, int64_t part, int64_t bit) {
    codes.narrow(-1, first, part)
        .copy_(bytes.narrow(-1, 0, part).bitwise_right_shift(bit).bitwise_and(mask));
  });
  return codes;
}

}  // namespace multistate
