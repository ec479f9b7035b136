#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/checkpoint/dequantize.h"
#include "multistate/checkpoint/gguf_value.h"

namespace multistate {

/// A tensor of a GGUF file; `name` and `data` point into the file.
struct GgufTensor {
  std::string_view name;
  const TensorType* type = nullptr;
  std::vector<int64_t> shape;  ///< Row-major: the file's dimensions in reverse.
  int64_t elements = 0;
  uint64_t offset = 0;  ///< From the start of the tensor data.
  std::span<const std::byte> data;
};

struct GgufContent {
  uint32_t version = 0;
  GgufMetadata metadata;
  std::vector<GgufTensor> tensors;
};

/// Reads the container of a GGUF file (version 2 or 3, little-endian): header, metadata, tensor
/// infos. Nothing in it is believed: every count, length, dimension and offset is checked against
/// the bytes that are there before it is used. Throws InputError, which starts with `source`.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
GgufContent parse_gguf(std::span<const std::byte> bytes, const std::string& source);

}  // namespace multistate
