#include "multistate/conformance/random_model.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "multistate/base/random.h"

namespace multistate {
namespace {

/// Logits of attention get a standard deviation of about 4.
constexpr double kAttentionGain = 2.0;

DecoderSpec small_spec(const Shape& shape) {
  LayerSpec layer;
  layer.attention.heads = shape.heads;
  layer.attention.kv_heads = shape.kv_heads;
  layer.attention.head_size = 8;
  layer.attention.scale = 1.0 / std::sqrt(8.0);
  layer.attention.rotation.size = layer.attention.head_size;
  layer.mlp.size = 48;
  DecoderSpec spec;
  spec.architecture = "none";
  spec.name = "random";
  spec.hidden_size = 32;
  spec.vocabulary_size = kRandomVocabulary;
  spec.context_length = 256;
  spec.norm_epsilon = 1e-5;
  spec.tied = true;
  spec.layers = {layer, layer};
  return spec;
}

/// A model file that draws its tensors.
class RandomFile final : public ModelFile {
 public:
  RandomFile(const Shape& shape, uint64_t seed) : spec_(small_spec(shape)), seed_(seed) {}

  std::string source() const override { return "a random model"; }
  const DecoderSpec& spec() const override { return spec_; }
  void set_sliding_window(int64_t tokens) override { spec_.set_window(tokens, source()); }
  std::string format() const override { return "none"; }
  const std::vector<TensorInfo>& tensors() const override { return tensors_; }
  std::vector<std::filesystem::path> files() const override { return {}; }
  TokenizerSpec tokenizer() const override { throw InputError(source() + " has no tokenizer"); }

  void read_weight(const WeightId& id, std::span<float> numbers) const override {
    const auto shape = shape_of(spec_, id);
    const std::string name = to_text(id);
    // Summed and not hashed by the standard library, whose hashes differ between platforms.
    const auto stream = std::accumulate(
        name.begin(), name.end(), uint64_t{0},
        [](uint64_t sum, char c) { return 31 * sum + static_cast<unsigned char>(c); });
    Random random({seed_, stream});
    const bool norm = shape.size() == 1;
    const bool wide = id.weight == Weight::kQuery || id.weight == Weight::kKey;
    const double deviation =
        norm ? 0.1 : (wide ? kAttentionGain : 1.0) / std::sqrt(static_cast<double>(shape.back()));
    for (float& number : numbers) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
      number = static_cast<float>((norm ? 1.0 : 0.0) +
                                  deviation * radius *
                                      std::cos(2.0 * std::numbers::pi * random.uniform()));
    }
  }

 private:
  DecoderSpec spec_;
  uint64_t seed_;
  std::vector<TensorInfo> tensors_;
};

}  // namespace

std::shared_ptr<const Transformer> random_transformer(const Shape& shape, uint64_t seed) {
  return Transformer::load(RandomFile(shape, seed), at::kFloat);
}

}  // namespace multistate
