#include "multistate/checkpoint/dequantize.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "multistate/checkpoint/tensor_types/families.h"

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

/// Names for the message only.
constexpr std::array<std::pair<uint32_t, std::string_view>, 17> kOtherTypes = {{
    {9, "Q8_1"},
    {16, "IQ2_XXS"},
    {17, "IQ2_XS"},
    {18, "IQ3_XXS"},
    {19, "IQ1_S"},
    {21, "IQ3_S"},
    {22, "IQ2_S"},
    {24, "I8"},
    {25, "I16"},
    {26, "I32"},
    {27, "I64"},
    {28, "F64"},
    {29, "IQ1_M"},
    {34, "TQ1_0"},
    {35, "TQ2_0"},
    {40, "NVFP4"},
    {41, "Q1_0"},
}};

/// By their number in GGUF files.
std::vector<TensorType> all_types() {
  std::vector<TensorType> types;
  for (const auto family : {plain_types(), round_types(), super_block_types(), codebook_types()}) {
    types.insert(types.end(), family.begin(), family.end());
  }
  std::sort(types.begin(), types.end(),
            [](const TensorType& a, const TensorType& b) { return a.ggml_id < b.ggml_id; });
  return types;
}

template <class Predicate>
const TensorType* find_type(Predicate predicate) {
  const auto types = tensor_types();
  const auto found = std::find_if(types.begin(), types.end(), predicate);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TensorType> tensor_types() {
  static const std::vector<TensorType> types = all_types();
  return types;
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
