#include "multistate/model/gguf_model.h"

#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/model/decode_tensor.h"
#include "multistate/model/gguf_config.h"
#include "multistate/model/gguf_reader.h"
#include "multistate/model/gguf_tokenizer.h"
#include "multistate/model/model_checks.h"
#include "multistate/model/weight_names.h"

namespace multistate {
namespace {

/// The rows of every head of a query or key weight in Hugging Face's order. GGUF files of this
/// family hold row 2i + j of a head where Hugging Face has row i + j * D/2, so that RoPE turns
/// neighbours.
at::Tensor undo_permutation(const at::Tensor& weight, int64_t heads) {
  const int64_t rows = weight.size(0);
  const int64_t columns = weight.size(1);
  return weight.view({heads, rows / heads / 2, 2, columns})
      .transpose(1, 2)
      .reshape({rows, columns});
}

class GgufModel final : public ModelFile {
 public:
  explicit GgufModel(const std::filesystem::path& path)
      : file_(path),
        content_(parse_gguf(file_.bytes(), path.string())),
        config_(read_gguf_config(content_)) {
    for (const GgufTensor& tensor : content_.tensors) {
      weights_.emplace(checked_name(tensor), &tensor);
      infos_.push_back({std::string(tensor.name), std::string(tensor.type->name), tensor.shape,
                        static_cast<int64_t>(tensor.data.size())});
    }
  }

  std::string source() const override { return file_.path().string(); }
  const TransformerConfig& config() const override { return config_; }
  std::string format() const override { return fmt::format("GGUF v{}", content_.version); }
  const std::vector<TensorInfo>& tensors() const override { return infos_; }
  std::vector<std::filesystem::path> files() const override { return {file_.path()}; }

  std::optional<at::Tensor> tensor(std::string_view name,
                                   const std::vector<int64_t>& shape) const override {
    const auto found = weights_.find(name);
    if (found == weights_.end()) {
      return std::nullopt;
    }
    const GgufTensor& stored = *found->second;
    check_shape(source(), stored.name, stored.shape, shape);
    const auto decoded = decode_tensor(*stored.type, stored.data, shape);
    file_.release_pages();
    const int64_t heads = permuted_heads(name);
    return heads == 0 ? decoded : undo_permutation(decoded, heads);
  }

  TokenizerSpec tokenizer() const override {
    TokenizerSpec spec = read_gguf_tokenizer(content_.metadata);
    check_vocabulary(source(), config_, spec);
    return spec;
  }

 private:
  /// The Hugging Face name of a tensor; throws InputError when the Transformer would leave it
  /// unused.
  std::string checked_name(const GgufTensor& tensor) const {
    const auto weight = weight_by_gguf_name(tensor.name);
    if (!weight) {
      throw InputError(fmt::format(
          "{}: tensor {} is not supported: the architecture 'llama' as built here has no "
          "biases, experts, RoPE factors or further norms",
          source(), in_quotes(tensor.name)));
    }
    if (weight->layer && *weight->layer >= config_.layers) {
      throw InputError(fmt::format("{}: tensor {} is of a layer beyond 'llama.block_count' {}",
                                   source(), in_quotes(tensor.name), config_.layers));
    }
    return weight->hugging_face;
  }

  /// Heads in the rows of a weight that is stored permuted; 0 for every other weight.
  int64_t permuted_heads(std::string_view name) const {
    if (name.ends_with("q_proj.weight")) {
      return config_.heads;
    }
    return name.ends_with("k_proj.weight") ? config_.kv_heads : 0;
  }

  MappedFile file_;
  GgufContent content_;
  TransformerConfig config_;
  std::map<std::string, const GgufTensor*, std::less<>> weights_;  ///< By Hugging Face name.
  std::vector<TensorInfo> infos_;
};

}  // namespace

std::unique_ptr<ModelFile> open_gguf(const std::filesystem::path& path) {
  return std::make_unique<GgufModel>(path);
}

}  // namespace multistate
