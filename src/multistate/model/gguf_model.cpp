#include "multistate/model/gguf_model.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"
#include "multistate/model/decode_tensor.h"
#include "multistate/model/gguf_blueprint.h"
#include "multistate/model/gguf_reader.h"
#include "multistate/model/gguf_tokenizer.h"
#include "multistate/model/model_checks.h"

namespace multistate {
namespace {

class GgufModel final : public ModelFile {
 public:
  explicit GgufModel(const std::filesystem::path& path)
      : file_(path),
        content_(parse_gguf(file_.bytes(), path.string())),
        blueprint_(read_gguf_blueprint(content_)) {
    std::vector<TensorShape> shapes;
    for (const GgufTensor& tensor : content_.tensors) {
      tensors_.emplace(tensor.name, &tensor);
      shapes.push_back({std::string(tensor.name), tensor.shape, source()});
      infos_.push_back({std::string(tensor.name), std::string(tensor.type->name), tensor.shape,
                        static_cast<int64_t>(tensor.data.size())});
    }
    check_tensors(source(), blueprint_.spec, blueprint_.layout, shapes);
  }

  std::string source() const override { return file_.path().string(); }
  const DecoderSpec& spec() const override { return blueprint_.spec; }
  std::string format() const override { return fmt::format("GGUF v{}", content_.version); }
  const std::vector<TensorInfo>& tensors() const override { return infos_; }
  std::vector<std::filesystem::path> files() const override { return {file_.path()}; }

  at::Tensor weight(const WeightId& id) const override {
    const WeightPlace place = blueprint_.layout.place(spec(), id);
    const GgufTensor& stored = *tensors_.at(place.tensor);
    const auto decoded = decode_tensor(*stored.type, stored.data, place.shape);
    file_.release_pages();
    return take_weight(decoded, place, shape_of(spec(), id));
  }

  TokenizerSpec tokenizer() const override {
    TokenizerSpec tokenizer = read_gguf_tokenizer(content_.metadata);
    check_vocabulary(source(), blueprint_.spec, tokenizer);
    return tokenizer;
  }

 private:
  MappedFile file_;
  GgufContent content_;
  Blueprint blueprint_;
  std::map<std::string_view, const GgufTensor*> tensors_;
  std::vector<TensorInfo> infos_;
};

}  // namespace

std::unique_ptr<ModelFile> open_gguf(const std::filesystem::path& path) {
  return std::make_unique<GgufModel>(path);
}

}  // namespace multistate
