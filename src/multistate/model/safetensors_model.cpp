#include "multistate/model/safetensors_model.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/model/decode_tensor.h"
#include "multistate/model/hf_config.h"
#include "multistate/model/model_checks.h"
#include "multistate/model/safetensors_reader.h"
#include "multistate/model/weight_names.h"
#include "multistate/text/chat_template_file.h"
#include "multistate/text/tokenizer_json.h"

namespace multistate {
namespace {

constexpr std::string_view kEmbedding = "model.embed_tokens.weight";
constexpr std::string_view kHead = "lm_head.weight";

/// Old checkpoints store RoPE's frequencies, which follow from theta; Hugging Face does not read
/// them either.
bool is_derived(std::string_view name) {
  return name.ends_with(".self_attn.rotary_emb.inv_freq");
}

struct Shard {
  MappedFile file;
  std::vector<StoredTensor> tensors;
};

std::vector<Shard> map_shards(const std::vector<std::filesystem::path>& paths) {
  std::vector<Shard> shards;
  for (const auto& path : paths) {
    MappedFile file(path);
    auto tensors = parse_safetensors(file.bytes(), path.string());
    shards.push_back({std::move(file), std::move(tensors)});
  }
  return shards;
}

class SafetensorsModel final : public ModelFile {
 public:
  SafetensorsModel(std::filesystem::path source, std::filesystem::path folder,
                   const std::vector<std::filesystem::path>& shards)
      : source_(std::move(source)),
        folder_(std::move(folder)),
        config_(read_hf_config(folder_ / "config.json")),
        shards_(map_shards(shards)) {
    for (const Shard& shard : shards_) {
      for (const StoredTensor& tensor : shard.tensors) {
        add(shard, tensor);
      }
    }
    check_head();
  }

  std::string source() const override { return source_.string(); }
  const TransformerConfig& config() const override { return config_.transformer; }
  const std::vector<TensorInfo>& tensors() const override { return infos_; }

  std::string format() const override {
    return shards_.size() == 1 ? "safetensors"
                               : fmt::format("safetensors ({} shards)", shards_.size());
  }

  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths = {folder_ / "config.json"};
    for (const Shard& shard : shards_) {
      paths.push_back(shard.file.path());
    }
    return paths;
  }

  std::optional<at::Tensor> tensor(std::string_view name,
                                   const std::vector<int64_t>& shape) const override {
    const auto found = weights_.find(name);
    if (found == weights_.end() || (config_.tied && name == kHead)) {
      return std::nullopt;
    }
    const auto& [shard, stored] = found->second;
    check_shape(shard->file.path().string(), name, stored->shape, shape);
    auto decoded = decode_tensor(*stored->type, stored->data, shape);
    shard->file.release_pages();
    return decoded;
  }

  TokenizerSpec tokenizer() const override {
    TokenizerSpec spec = read_tokenizer_json(folder_ / "tokenizer.json");
    check_vocabulary(source(), config_.transformer, spec);
    if (!spec.bos_id) {
      spec.bos_id = config_.bos_id;
    }
    if (!spec.eos_id) {
      spec.eos_id = config_.eos_id;
    }
    spec.chat_template = read_chat_template(folder_);
    return spec;
  }

 private:
  struct Place {
    const Shard* shard;
    const StoredTensor* tensor;
  };

  void add(const Shard& shard, const StoredTensor& tensor) {
    const std::string path = shard.file.path().string();
    const auto weight = weight_by_hugging_face_name(tensor.name);
    if (!weight && !is_derived(tensor.name)) {
      throw InputError(fmt::format(
          "{}: tensor {} is not supported: LlamaForCausalLM as built here has no such weight", path,
          in_quotes(tensor.name)));
    }
    if (weight && weight->layer && *weight->layer >= config_.transformer.layers) {
      throw InputError(fmt::format("{}: tensor {} is of a layer beyond 'num_hidden_layers' {}",
                                   path, in_quotes(tensor.name), config_.transformer.layers));
    }
    weights_.emplace(tensor.name, Place{&shard, &tensor});
    infos_.push_back({tensor.name, std::string(tensor.type->name), tensor.shape,
                      static_cast<int64_t>(tensor.data.size())});
  }

  /// A head may be stored though it is tied, but then it must not say anything else.
  void check_head() const {
    const auto head = weights_.find(kHead);
    if (head == weights_.end() && !config_.tied) {
      throw InputError(fmt::format(
          "{}: tensor '{}' is missing, and 'tie_word_embeddings' is not true", source(), kHead));
    }
    const auto embedding = weights_.find(kEmbedding);
    if (!config_.tied || head == weights_.end() || embedding == weights_.end()) {
      return;
    }
    const auto& stored_head = head->second.tensor->data;
    const auto& stored_embedding = embedding->second.tensor->data;
    if (!std::equal(stored_head.begin(), stored_head.end(), stored_embedding.begin(),
                    stored_embedding.end())) {
      throw InputError(fmt::format("{}: 'tie_word_embeddings' is true, but '{}' differs from '{}'",
                                   source(), kHead, kEmbedding));
    }
  }

  std::filesystem::path source_;
  std::filesystem::path folder_;
  HfConfig config_;
  std::vector<Shard> shards_;
  std::map<std::string, Place, std::less<>> weights_;
  std::vector<TensorInfo> infos_;
};

}  // namespace

std::unique_ptr<ModelFile> open_safetensors(const std::filesystem::path& source,
                                            const std::filesystem::path& folder,
                                            const std::vector<std::filesystem::path>& shards) {
  return std::make_unique<SafetensorsModel>(source, folder, shards);
}

}  // namespace multistate
