#pragma once

#include <bit>
#include <cstdint>

#include "multistate/base/vectorize.h"

namespace multistate {

/// exp(x) for x up to 88 without a branch or a call, so that a loop over it becomes vector
/// instructions: relative error below 2^-23 where the result is a normal number, denormal results
/// rounded, 0 below -104 and for -infinity, NaN for NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts so that r is exact; a polynomial for
/// exp(r) (coefficients of the Cephes library's expf); 2^n in two factors, each a normal number.
MULTISTATE_INLINE float vector_exp(float x) {
  constexpr float kLowest = -120.0F;
  constexpr float kToInteger = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer.
  const float bounded = x < kLowest ? kLowest : x;
  const float shifted = bounded * 1.44269504F + kToInteger;
  const float n = shifted - kToInteger;
  const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  // n, from the last bits of its sum with kToInteger: NaN cannot be converted.
  const int32_t exponent = std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kToInteger);
  const int32_t half = exponent / 2;
  const auto power = [](int32_t e) { return std::bit_cast<float>((e + 127) << 23); };
  return p * power(half) * power(exponent - half);
}

}  // namespace multistate
