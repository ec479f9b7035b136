#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace multistate {

/// How the numbers of a tensor are stored: in blocks, each decoded by itself. All about a type that
/// the rest of the program needs is here; a new type is a new entry of its family (tensor_types/).
struct TensorType {
  std::string_view name;    ///< "Q4_1"; F32, F16 and BF16 are called so in safetensors files too.
  uint32_t ggml_id = 0;     ///< Number of the type in GGUF files.
  int64_t block_size = 1;   ///< Values in a block.
  int64_t block_bytes = 0;  ///< Bytes of a block.

  /// Decodes whole blocks; values.size() is their number times block_size.
  void (*decode)(std::span<const std::byte> blocks, std::span<float> values) = nullptr;
};

/// Types that are implemented, by their number in GGUF files.
std::span<const TensorType> tensor_types();

/// nullptr when the type is not implemented.
const TensorType* find_tensor_type(uint32_t ggml_id);
const TensorType* find_tensor_type(std::string_view name);

/// "16 (IQ2_XXS)" for a type that is known but not implemented, "99" for one that is not known.
std::string describe_ggml_type(uint32_t ggml_id);

/// Bytes of `elements` values (a multiple of the block size); nullopt when that is more than 2^63.
std::optional<int64_t> stored_bytes(const TensorType& type, int64_t elements);

/// IEEE binary16, subnormals, infinities and NaNs included.
float half_to_float(uint16_t bits);

}  // namespace multistate
