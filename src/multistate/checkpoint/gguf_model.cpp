#include "multistate/checkpoint/gguf_model.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/checkpoint/decode_weight.h"
#include "multistate/checkpoint/gguf_blueprint.h"
#include "multistate/checkpoint/gguf_shards.h"
#include "multistate/checkpoint/gguf_tokenizer.h"
#include "multistate/checkpoint/model_checks.h"

namespace multistate {
namespace {

class GgufModel final : public ModelFile {
 public:
  explicit GgufModel(const std::filesystem::path& path)
      : path_(path), shards_(path), blueprint_(read_gguf_blueprint(content())) {
    std::vector<TensorShape> shapes;
    for (const GgufTensor& tensor : content().tensors) {
      tensors_.emplace(tensor.name, &tensor);
      shapes.push_back(
          {std::string(tensor.name), tensor.shape, shards_.file_of(tensor).path().string()});
      infos_.push_back({std::string(tensor.name), std::string(tensor.type->name), tensor.shape,
                        static_cast<int64_t>(tensor.data.size())});
    }
    check_tensors(source(), blueprint_.spec, blueprint_.layout, shapes);
  }

  std::string source() const override { return path_.string(); }
  const DecoderSpec& spec() const override { return blueprint_.spec; }
  void set_sliding_window(int64_t tokens) override { blueprint_.spec.set_window(tokens, source()); }
  const std::vector<TensorInfo>& tensors() const override { return infos_; }

  std::string format() const override {
    const size_t files = shards_.files().size();
    return fmt::format("GGUF v{}", content().version) +
           (files == 1 ? std::string() : fmt::format(" ({} shards)", files));
  }

  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths;
    for (const MappedFile& file : shards_.files()) {
      paths.push_back(file.path());
    }
    return paths;
  }

  void read_weight(const WeightId& id, std::span<float> numbers) const override {
    const WeightPlace place = blueprint_.layout.place(spec(), id);
    const GgufTensor& stored = *tensors_.at(place.tensor);
    decode_weight(*stored.type, stored.data, place, numbers);
    shards_.file_of(stored).release_pages();
  }

  TokenizerSpec tokenizer() const override {
    TokenizerSpec tokenizer = read_gguf_tokenizer(content().metadata);
    tokenizer.model_ids = spec().vocabulary_size;
    check_vocabulary(source(), blueprint_.spec, tokenizer);
    return tokenizer;
  }

 private:
  const GgufContent& content() const { return shards_.content(); }

  std::filesystem::path path_;
  GgufShards shards_;
  Blueprint blueprint_;
  std::map<std::string_view, const GgufTensor*> tensors_;
  std::vector<TensorInfo> infos_;
};

}  // namespace

std::unique_ptr<ModelFile> open_gguf(const std::filesystem::path& path) {
  return std::make_unique<GgufModel>(path);
}

}  // namespace multistate
