#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/model/transformer_config.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// What a model file says of one of its tensors.
struct TensorInfo {
  std::string name;            ///< As in the file.
  std::string type;            ///< "Q4_1", "F32", "BF16", ...
  std::vector<int64_t> shape;  ///< Row-major (slowest dimension first).
  int64_t bytes = 0;           ///< As stored.
};

/// A model on disk: GGUF, or a Hugging Face folder with safetensors. Memory-mapped; tensors are
/// decoded one at a time, when they are asked for.
class ModelFile {
 public:
  /// Opens a `.gguf` file, a `.safetensors` file (config.json beside it) or a folder that holds
  /// either. Throws InputError that names the file, the field, the value and the limit.
  static std::unique_ptr<ModelFile> open(const std::filesystem::path& path);
  virtual ~ModelFile() = default;

  /// The path the model was opened by; starts every error message.
  virtual std::string source() const = 0;

  virtual const TransformerConfig& config() const = 0;
  virtual std::string format() const = 0;  ///< "GGUF v3", "safetensors (2 shards)".
  virtual const std::vector<TensorInfo>& tensors() const = 0;

  /// The files that make up the model, in the order in which they are hashed.
  virtual std::vector<std::filesystem::path> files() const = 0;

  /// A tensor in float32, row-major, by its Hugging Face name
  /// ("model.layers.0.self_attn.q_proj.weight"), its rows in Hugging Face's order (GGUF's
  /// permutation of queries and keys undone). nullopt when the file has no such tensor. Throws
  /// InputError when its shape is not `shape`.
  virtual std::optional<at::Tensor> tensor(std::string_view name,
                                           const std::vector<int64_t>& shape) const = 0;

  /// Throws InputError when the tokenizer is missing, or is one that is not implemented.
  virtual TokenizerSpec tokenizer() const = 0;
};

/// The tensor `name` of `file`. Throws InputError, naming file and tensor, when there is none or
/// its shape is not `shape`.
at::Tensor require_tensor(const ModelFile& file, std::string_view name,
                          const std::vector<int64_t>& shape);

}  // namespace multistate
