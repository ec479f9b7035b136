#include "multistate/model/dequantize.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

// Layouts: ggml's block structures as documented in its ggml-common.h. Sums are formed as there, so
// that the values are the reference's to the last bit.

namespace multistate {

float half_to_float(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000U) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1FU;
  const uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1.0p-24F;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t wide_exponent = exponent == 0x1F ? 0xFF : exponent + (127 - 15);
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (fraction << 13));
}

namespace {

template <class T>
T load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

float load_half(const uint8_t* bytes) {
  return half_to_float(load<uint16_t>(bytes));
}

struct F32 {
  static constexpr int64_t kValues = 1;
  static constexpr int64_t kBytes = 4;
  static void decode(const uint8_t* block, float* out) { *out = load<float>(block); }
};

struct F16 {
  static constexpr int64_t kValues = 1;
  static constexpr int64_t kBytes = 2;
  static void decode(const uint8_t* block, float* out) { *out = load_half(block); }
};

struct Bf16 {
  static constexpr int64_t kValues = 1;
  static constexpr int64_t kBytes = 2;
  static void decode(const uint8_t* block, float* out) {
    *out = std::bit_cast<float>(static_cast<uint32_t>(load<uint16_t>(block)) << 16);
  }
};

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

template <class Block>
void decode_blocks(std::span<const std::byte> blocks, std::span<float> values) {
  const auto* block = reinterpret_cast<const uint8_t*>(blocks.data());
  const auto count = static_cast<int64_t>(values.size()) / Block::kValues;
  for (int64_t index = 0; index < count; ++index) {
    Block::decode(block + index * Block::kBytes, values.data() + index * Block::kValues);
  }
}

template <class Block>
constexpr TensorType entry(std::string_view name, uint32_t ggml_id) {
  return {name, ggml_id, Block::kValues, Block::kBytes, &decode_blocks<Block>};
}

constexpr std::array kTypes = {
    entry<F32>("F32", 0),   entry<F16>("F16", 1),   entry<Q40>("Q4_0", 2),  entry<Q41>("Q4_1", 3),
    entry<Q50>("Q5_0", 6),  entry<Q51>("Q5_1", 7),  entry<Q80>("Q8_0", 8),  entry<Q4K>("Q4_K", 12),
    entry<Q5K>("Q5_K", 13), entry<Q6K>("Q6_K", 14), entry<Bf16>("BF16", 30)};

/// Names for the message only.
constexpr std::array<std::pair<uint32_t, std::string_view>, 23> kOtherTypes = {{
    {9, "Q8_1"},     {10, "Q2_K"},  {11, "Q3_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"},
    {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"},
    {24, "I8"},      {25, "I16"},   {26, "I32"},    {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},
    {34, "TQ1_0"},   {35, "TQ2_0"}, {39, "MXFP4"},  {40, "NVFP4"}, {41, "Q1_0"},
}};

template <class Predicate>
const TensorType* find_type(Predicate predicate) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(), predicate);
  return found == kTypes.end() ? nullptr : found;
}

}  // namespace

std::span<const TensorType> tensor_types() {
  return kTypes;
}

const TensorType* find_tensor_type(uint32_t ggml_id) {
  return find_type([&](const TensorType& type) { return type.ggml_id == ggml_id; });
}

const TensorType* find_tensor_type(std::string_view name) {
  return find_type([&](const TensorType& type) { return type.name == name; });
}

std::string describe_ggml_type(uint32_t ggml_id) {
  for (const auto& [id, name] : kOtherTypes) {
    if (id == ggml_id) {
      return fmt::format("{} ({})", id, name);
    }
  }
  return std::to_string(ggml_id);
}

std::optional<int64_t> stored_bytes(const TensorType& type, int64_t elements) {
  int64_t bytes = 0;
  if (__builtin_mul_overflow(elements / type.block_size, type.block_bytes, &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace multistate
