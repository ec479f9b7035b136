#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "multistate/checkpoint/dequantize.h"

namespace multistate {

/// A tensor of a safetensors file; `data` points into the file and is not aligned.
struct StoredTensor {
  std::string name;
  const TensorType* type = nullptr;
  std::vector<int64_t> shape;
  std::span<const std::byte> data;
};

/// Reads the header of a safetensors file; tensors come in the order of their data. As the
/// reference implementation, it demands that the tensors fill the file exactly, without holes or
/// overlaps. Throws InputError, which starts with `source`.
///
/// Format: https://github.com/huggingface/safetensors#format
std::vector<StoredTensor> parse_safetensors(std::span<const std::byte> bytes,
                                            const std::string& source);

/// Keys and values of the header's `__metadata__`; none where it has none. Throws InputError as
/// parse_safetensors() does for the header.
std::map<std::string, std::string> safetensors_metadata(std::span<const std::byte> bytes,
                                                        const std::string& source);

}  // namespace multistate
