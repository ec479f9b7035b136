#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "multistate/checkpoint/dequantize.h"

namespace multistate {

/// What the families of types share. A type is a struct with `kValues` and `kBytes` of a block, and
/// `decode(block, out)`, which writes kValues numbers.

template <class T>
T load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

inline float load_half(const uint8_t* bytes) {
  return half_to_float(load<uint16_t>(bytes));
}

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

}  // namespace multistate
