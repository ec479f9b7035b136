#include <array>
#include <bit>

#include "multistate/checkpoint/tensor_types/block.h"
#include "multistate/checkpoint/tensor_types/families.h"

namespace multistate {
namespace {

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

constexpr std::array kTypes = {entry<F32>("F32", 0), entry<F16>("F16", 1), entry<Bf16>("BF16", 30)};

}  // namespace

std::span<const TensorType> plain_types() {
  return kTypes;
}

}  // namespace multistate
