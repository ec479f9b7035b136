#include <array>

#include "multistate/checkpoint/tensor_types/block.h"
#include "multistate/checkpoint/tensor_types/families.h"

namespace multistate {
namespace {

/// scale * q - minimum for 16 values each. Of every 128 values, group g of 32 is bits 2g, 2g + 1 of
/// 32 bytes (Q3_K: the low two bits).
int two_bits(const uint8_t* quants, int index) {
  return quants[32 * (index / 128) + index % 32] >> (2 * (index % 128 / 32)) & 3;
}

struct Q2K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 84;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block + 80);
    const float minimum = load_half(block + 82);
    for (int i = 0; i < 256; ++i) {
      const uint8_t packed = block[i / 16];
      const float sub_scale = scale * static_cast<float>(packed & 0xF);
      const float sub_minimum = minimum * static_cast<float>(packed >> 4);
      out[i] = sub_scale * static_cast<float>(two_bits(block + 16, i)) - sub_minimum;
    }
  }
};

/// The sixteen scales of Q3_K, 6 bits each less 32, are packed into 12 bytes: the low four bits of
/// scale s in half s / 8 of byte s % 8, the high two in bits 2 (s / 4) of byte 8 + s % 4.
int sub_scale_of_q3(const uint8_t* packed, int index) {
  const int low = packed[index % 8] >> (4 * (index / 8)) & 0xF;
  const int high = packed[8 + index % 4] >> (2 * (index / 4)) & 3;
  return (low | high << 4) - 32;
}

/// scale * q; bit g of byte i of the first 32 belongs to value i of group g and, where it is not
/// set, takes 4 off.
struct Q3K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 110;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block + 108);
    for (int i = 0; i < 256; ++i) {
      const int high = block[i % 32] >> (i / 32) & 1;
      const int value = two_bits(block + 32, i) - (high == 0 ? 4 : 0);
      const auto sub_scale = static_cast<float>(sub_scale_of_q3(block + 96, i / 16));
      out[i] = scale * sub_scale * static_cast<float>(value);
    }
  }
};

/// A sub-block of 32 values in Q4_K and Q5_K: scale * q - minimum.
struct SubBlock {
  float scale;
  float minimum;
};

/// The eight sub-blocks' scales and minima, 6 bits each, are packed into 12 bytes: the first four
/// pairs in the low bits of bytes 0-7; the others' low four bits in bytes 8-11, their high two bits
/// in the high bits of bytes 0-7.
SubBlock sub_block(const uint8_t* block, int index) {
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  const uint8_t* packed = block + 4;
  int sub_scale = packed[index % 4] & 0x3F;
  int sub_minimum = packed[index % 4 + 4] & 0x3F;
  if (index >= 4) {
    sub_scale = (packed[index + 4] & 0xF) | ((packed[index - 4] >> 6) << 4);
    sub_minimum = (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4);
  }
  return {scale * static_cast<float>(sub_scale), minimum * static_cast<float>(sub_minimum)};
}

/// Sub-blocks 2n and 2n + 1 are the low and high halves of the same 32 bytes.
int nibble(const uint8_t* quants, int sub, int i) {
  return (quants[32 * (sub / 2) + i] >> (4 * (sub % 2))) & 0xF;
}

struct Q4K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 144;
  static void decode(const uint8_t* block, float* out) {
    const uint8_t* quants = block + 16;
    for (int sub = 0; sub < 8; ++sub) {
      const SubBlock factors = sub_block(block, sub);
      for (int i = 0; i < 32; ++i) {
        out[32 * sub + i] =
            factors.scale * static_cast<float>(nibble(quants, sub, i)) - factors.minimum;
      }
    }
  }
};

/// As Q4_K, with a fifth bit: that of value i of sub-block s is bit s of byte i of 32.
struct Q5K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 176;
  static void decode(const uint8_t* block, float* out) {
    const uint8_t* high = block + 16;
    const uint8_t* quants = block + 48;
    for (int sub = 0; sub < 8; ++sub) {
      const SubBlock factors = sub_block(block, sub);
      for (int i = 0; i < 32; ++i) {
        const int value = nibble(quants, sub, i) | (((high[i] >> sub) & 1) << 4);
        out[32 * sub + i] = factors.scale * static_cast<float>(value) - factors.minimum;
      }
    }
  }
};

/// scale * (q - 32), a signed scale for 16 values each. Of every 128 values, groups 0 and 1 of 32
/// have their low four bits in the low halves of 64 bytes, groups 2 and 3 in the high halves; the
/// upper two bits of group g are bits 2g, 2g + 1 of 32 further bytes.
struct Q6K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 210;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block + 208);
    for (int i = 0; i < 256; ++i) {
      const int half = i / 128;
      const int group = i % 128 / 32;
      const int low = block[64 * half + 32 * (group % 2) + i % 32] >> (4 * (group / 2)) & 0xF;
      const int high = block[128 + 32 * half + i % 32] >> (2 * group) & 3;
      const auto sub_scale = static_cast<float>(static_cast<int8_t>(block[192 + i / 16]));
      out[i] = scale * sub_scale * static_cast<float>((low | high << 4) - 32);
    }
  }
};

/// scale * q, the scale in float32. Sums of 16 values each follow, for products of quantised
/// vectors.
struct Q8K {
  static constexpr int64_t kValues = 256;
  static constexpr int64_t kBytes = 292;
  static void decode(const uint8_t* block, float* out) {
    const auto scale = load<float>(block);
    for (int i = 0; i < 256; ++i) {
      out[i] = scale * static_cast<float>(static_cast<int8_t>(block[4 + i]));
    }
  }
};

constexpr std::array kTypes = {entry<Q2K>("Q2_K", 10), entry<Q3K>("Q3_K", 11),
                               entry<Q4K>("Q4_K", 12), entry<Q5K>("Q5_K", 13),
                               entry<Q6K>("Q6_K", 14), entry<Q8K>("Q8_K", 15)};

}  // namespace

std::span<const TensorType> super_block_types() {
  return kTypes;
}

}  // namespace multistate
