#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "multistate/checkpoint/weights.h"
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
  /// either. Throws InputError that names the file, the field, the value and the limit: all names,
  /// shapes and sizes are checked, no weight is read.
  static std::unique_ptr<ModelFile> open(const std::filesystem::path& path);
  virtual ~ModelFile() = default;

  /// The path the model was opened by; starts every error message.
  virtual std::string source() const = 0;

  virtual const DecoderSpec& spec() const = 0;

  /// Gives every layer a sliding window of so many tokens. Throws InputError unless the file may
  /// have left one out (DecoderSpec::windows_unstated).
  virtual void set_sliding_window(int64_t tokens) = 0;

  /// What a user should know of the file before numbers of it are used; "" for nothing.
  std::string warning() const;

  virtual std::string format() const = 0;  ///< "GGUF v3", "safetensors (2 shards)".
  virtual const std::vector<TensorInfo>& tensors() const = 0;

  /// Tensors of parts of the file's model that are not run, which tensors() lacks, for people: "439
  /// tensors of vision_tower"; "" for none.
  virtual std::string left_out() const { return ""; }

  /// The files that make up the model, in the order in which they are hashed.
  virtual std::vector<std::filesystem::path> files() const = 0;

  /// Writes one of weights_of(spec()) to `numbers`, as many as its shape_of() holds, row-major:
  /// joined tensors taken apart, permutations and offsets of the format undone. All of them are
  /// there: that was checked when the file was opened.
  virtual void read_weight(const WeightId& id, std::span<float> numbers) const = 0;

  /// Throws InputError when the tokenizer is missing, or is one that is not implemented.
  virtual TokenizerSpec tokenizer() const = 0;
};

}  // namespace multistate
