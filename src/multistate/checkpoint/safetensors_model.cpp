#include "multistate/checkpoint/safetensors_model.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/decode_weight.h"
#include "multistate/checkpoint/hf_config.h"
#include "multistate/checkpoint/hf_tokenizer.h"
#include "multistate/checkpoint/model_checks.h"
#include "multistate/checkpoint/safetensors_reader.h"

namespace multistate {
namespace {

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
    std::vector<TensorShape> shapes;
    for (const Shard& shard : shards_) {
      for (const StoredTensor& tensor : shard.tensors) {
        if (const auto part = layout().left_out_by(tensor.name); !part.empty()) {
          ++left_out_[std::string(part)];
          continue;
        }
        const std::string name = layout().usual_name(tensor.name);
        if (!tensors_.emplace(name, Place{&shard, &tensor}).second) {
          throw InputError(fmt::format("{}: tensor {} is there under two names",
                                       shard.file.path().string(), in_quotes(name)));
        }
        infos_.push_back({tensor.name, std::string(tensor.type->name), tensor.shape,
                          static_cast<int64_t>(tensor.data.size())});
        if (!is_copied_head(name)) {
          shapes.push_back({name, tensor.shape, shard.file.path().string()});
        }
      }
    }
    check_head();
    check_tensors(this->source(), spec(), layout(), shapes);
  }

  std::string source() const override { return source_.string(); }
  const DecoderSpec& spec() const override { return config_.blueprint.spec; }
  void set_sliding_window(int64_t tokens) override {
    config_.blueprint.spec.set_window(tokens, source());
  }
  const std::vector<TensorInfo>& tensors() const override { return infos_; }

  std::string format() const override {
    return shards_.size() == 1 ? "safetensors"
                               : fmt::format("safetensors ({} shards)", shards_.size());
  }

  std::string left_out() const override {
    std::vector<std::string> parts;
    for (const auto& [prefix, tensors] : left_out_) {
      parts.push_back(
          fmt::format("{} tensors of {}", tensors, prefix.substr(0, prefix.size() - 1)));
    }
    return join(parts);
  }

  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths = {folder_ / "config.json"};
    for (const Shard& shard : shards_) {
      paths.push_back(shard.file.path());
    }
    return paths;
  }

  void read_weight(const WeightId& id, std::span<float> numbers) const override {
    const WeightPlace place = layout().place(spec(), id);
    const auto& [shard, stored] = tensors_.at(place.tensor);
    decode_weight(*stored->type, stored->data, place, numbers);
    shard->file.release_pages();
  }

  TokenizerSpec tokenizer() const override {
    TokenizerSpec tokenizer = read_hf_tokenizer(folder_, config_);
    check_vocabulary(source(), spec(), tokenizer);
    return tokenizer;
  }

 private:
  struct Place {
    const Shard* shard;
    const StoredTensor* tensor;
  };

  const WeightLayout& layout() const { return config_.blueprint.layout; }

  std::string head_name() const { return layout().place(spec(), {Weight::kHead}).tensor; }

  bool is_copied_head(const std::string& name) const { return spec().tied && name == head_name(); }

  /// A head may be stored though it is tied, but then it must not say anything else.
  void check_head() const {
    const auto head = tensors_.find(head_name());
    if (head == tensors_.end() && !spec().tied) {
      throw InputError(
          fmt::format("{}: tensor '{}' is missing, and 'tie_word_embeddings' is not true", source(),
                      head_name()));
    }
    const std::string embedding_name = layout().place(spec(), {Weight::kEmbedding}).tensor;
    const auto embedding = tensors_.find(embedding_name);
    if (!spec().tied || head == tensors_.end() || embedding == tensors_.end()) {
      return;
    }
    const auto& stored_head = head->second.tensor->data;
    const auto& stored_embedding = embedding->second.tensor->data;
    if (!std::equal(stored_head.begin(), stored_head.end(), stored_embedding.begin(),
                    stored_embedding.end())) {
      throw InputError(fmt::format("{}: 'tie_word_embeddings' is true, but '{}' differs from '{}'",
                                   source(), head_name(), embedding_name));
    }
  }

  std::filesystem::path source_;
  std::filesystem::path folder_;
  HfConfig config_;
  std::vector<Shard> shards_;
  std::map<std::string, Place> tensors_;
  std::vector<TensorInfo> infos_;
  std::map<std::string, int64_t> left_out_;  ///< Tensors by the prefix of their names.
};

}  // namespace

std::unique_ptr<ModelFile> open_safetensors(const std::filesystem::path& source,
                                            const std::filesystem::path& folder,
                                            const std::vector<std::filesystem::path>& shards) {
  return std::make_unique<SafetensorsModel>(source, folder, shards);
}

}  // namespace multistate
