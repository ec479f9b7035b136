#include <array>
#include <bit>

#include "multistate/checkpoint/tensor_types/block.h"
#include "multistate/checkpoint/tensor_types/families.h"

namespace multistate {
namespace {

/// The values of IQ4_NL and IQ4_XS: closer together near 0.
constexpr std::array<int8_t, 16> kNonLinear = {-127, -104, -83, -65, -49, -35, -22, -10,
                                               1,    13,   25,  38,  53,  69,  89,  113};

/// Those of MXFP4, twice as large: a sign, two bits of exponent, one of fraction.
constexpr std::array<int8_t, 16> kE2m1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// 32 values: i is in the low half of byte i, i + 16 in its high half.
void decode_nibbles(const std::array<int8_t, 16>& table, float scale, const uint8_t* quants,
                    float* out) {
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(table[quants[i] & 0xF]);
    out[i + 16] = scale * static_cast<float>(table[quants[i] >> 4]);
  }
}

struct Iq4Nl {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 18;
  static void decode(const uint8_t* block, float* out) {
    decode_nibbles(kNonLinear, load_half(block), block + 2, out);
  }
};

/// A scale of 6 bits less 32 for 32 values each: high two bits in a word of 16, low four in the
/// halves of four bytes.
struct Iq4Xs {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 136;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    const auto high = load<uint16_t>(block + 2);
    for (ptrdiff_t sub = 0; sub < 8; ++sub) {
      const int low = block[4 + sub / 2] >> (4 * (sub % 2)) & 0xF;
      const int sub_scale = (low | (high >> (2 * sub) & 3) << 4) - 32;
      decode_nibbles(kNonLinear, scale * static_cast<float>(sub_scale), block + 8 + 16 * sub,
                     out + 32 * sub);
    }
  }
};

/// OCP's Microscaling format (v1.0): a scale 2^(e - 127). It is halved here, since the table is
/// doubled; e = 0 and 1 then are subnormal.
struct Mxfp4 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 17;
  static void decode(const uint8_t* block, float* out) {
    const uint32_t exponent = block[0];
    const uint32_t bits = exponent < 2 ? 0x00200000U << exponent : (exponent - 1) << 23;
    decode_nibbles(kE2m1, std::bit_cast<float>(bits), block + 1, out);
  }
};

constexpr std::array kTypes = {entry<Iq4Nl>("IQ4_NL", 20), entry<Iq4Xs>("IQ4_XS", 23),
                               entry<Mxfp4>("MXFP4", 39)};

}  // namespace

std::span<const TensorType> codebook_types() {
  return kTypes;
}

}  // namespace multistate
