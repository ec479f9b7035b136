#include <array>

#include "multistate/checkpoint/tensor_types/block.h"
#include "multistate/checkpoint/tensor_types/families.h"

namespace multistate {
namespace {

/// scale * (q - 8); value i is in the low half of byte i, value i + 16 in its high half.
struct Q40 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 18;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    const uint8_t* quants = block + 2;
    for (int i = 0; i < 16; ++i) {
      out[i] = static_cast<float>((quants[i] & 0xF) - 8) * scale;
      out[i + 16] = static_cast<float>((quants[i] >> 4) - 8) * scale;
    }
  }
};

/// scale * q + minimum.
struct Q41 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 20;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    const float minimum = load_half(block + 2);
    const uint8_t* quants = block + 4;
    for (int i = 0; i < 16; ++i) {
      out[i] = static_cast<float>(quants[i] & 0xF) * scale + minimum;
      out[i + 16] = static_cast<float>(quants[i] >> 4) * scale + minimum;
    }
  }
};

/// The fifth bit of value i is bit i of the 32-bit word.
int five_bits(int low, uint32_t high, int index) {
  return low | static_cast<int>(((high >> index) & 1U) << 4);
}

/// scale * (q - 16).
struct Q50 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 22;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    const auto high = load<uint32_t>(block + 2);
    const uint8_t* quants = block + 6;
    for (int i = 0; i < 16; ++i) {
      out[i] = static_cast<float>(five_bits(quants[i] & 0xF, high, i) - 16) * scale;
      out[i + 16] = static_cast<float>(five_bits(quants[i] >> 4, high, i + 16) - 16) * scale;
    }
  }
};

/// scale * q + minimum.
struct Q51 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 24;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    const float minimum = load_half(block + 2);
    const auto high = load<uint32_t>(block + 4);
    const uint8_t* quants = block + 8;
    for (int i = 0; i < 16; ++i) {
      out[i] = static_cast<float>(five_bits(quants[i] & 0xF, high, i)) * scale + minimum;
      out[i + 16] = static_cast<float>(five_bits(quants[i] >> 4, high, i + 16)) * scale + minimum;
    }
  }
};

struct Q80 {
  static constexpr int64_t kValues = 32;
  static constexpr int64_t kBytes = 34;
  static void decode(const uint8_t* block, float* out) {
    const float scale = load_half(block);
    for (int i = 0; i < 32; ++i) {
      out[i] = static_cast<float>(static_cast<int8_t>(block[2 + i])) * scale;
    }
  }
};

constexpr std::array kTypes = {entry<Q40>("Q4_0", 2), entry<Q41>("Q4_1", 3), entry<Q50>("Q5_0", 6),
                               entry<Q51>("Q5_1", 7), entry<Q80>("Q8_0", 8)};

}  // namespace

std::span<const TensorType> round_types() {
  return kTypes;
}

}  // namespace multistate
