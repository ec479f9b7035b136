#include "multistate/conformance/random_model.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include <ATen/ops/tensor.h>

#include "multistate/base/random.h"

namespace multistate {
namespace {

/// Logits of attention get a standard deviation of about 4.
constexpr double kAttentionGain = 2.0;

TransformerConfig small_config(const Shape& shape) {
  TransformerConfig config;
  config.architecture = "llama";
  config.name = "random";
  config.layers = 2;
  config.heads = shape.heads;
  config.kv_heads = shape.kv_heads;
  config.head_size = 8;
  config.hidden_size = 32;
  config.intermediate_size = 48;
  config.vocabulary_size = 64;
  config.context_length = 256;
  config.norm_epsilon = 1e-5;
  config.rope_theta = 10000.0;
  return config;
}

/// A model file that draws its tensors.
class RandomFile final : public ModelFile {
 public:
  RandomFile(const Shape& shape, uint64_t seed) : config_(small_config(shape)), seed_(seed) {}

  std::string source() const override { return "a random model"; }
  const TransformerConfig& config() const override { return config_; }
  std::string format() const override { return "none"; }
  const std::vector<TensorInfo>& tensors() const override { return tensors_; }
  std::vector<std::filesystem::path> files() const override { return {}; }
  TokenizerSpec tokenizer() const override { throw InputError(source() + " has no tokenizer"); }

  std::optional<at::Tensor> tensor(std::string_view name,
                                   const std::vector<int64_t>& shape) const override {
    if (name == "lm_head.weight") {
      return std::nullopt;  // The embedding serves as head.
    }
    // Summed and not hashed by the standard library, whose hashes differ between platforms.
    const auto stream = std::accumulate(
        name.begin(), name.end(), uint64_t{0},
        [](uint64_t sum, char c) { return 31 * sum + static_cast<unsigned char>(c); });
    Random random({seed_, stream});
    const bool norm = shape.size() == 1;
    const bool wide = name.find("q_proj") != std::string_view::npos ||
                      name.find("k_proj") != std::string_view::npos;
    const double deviation =
        norm ? 0.1 : (wide ? kAttentionGain : 1.0) / std::sqrt(static_cast<double>(shape.back()));
    std::vector<double> values;
    const int64_t count =
        std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
    for (int64_t i = 0; i < count; ++i) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
      values.push_back((norm ? 1.0 : 0.0) +
                       deviation * radius * std::cos(2.0 * std::numbers::pi * random.uniform()));
    }
    return at::tensor(values, at::kDouble).to(at::kFloat).view(shape);
  }

 private:
  TransformerConfig config_;
  uint64_t seed_;
  std::vector<TensorInfo> tensors_;
};

}  // namespace

std::shared_ptr<const Transformer> random_transformer(const Shape& shape, uint64_t seed) {
  return Transformer::load(RandomFile(shape, seed), at::kFloat);
}

}  // namespace multistate
