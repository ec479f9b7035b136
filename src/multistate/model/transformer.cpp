#include "multistate/model/transformer.h"

#include <stdexcept>

#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "multistate/model/product.h"

namespace multistate {
namespace {

/// A linear layer's weight as stored, [out, in], made ready for x * weight: [in, out].
at::Tensor transposed(const at::Tensor& weight, const at::TensorOptions& options) {
  return weight.to(options).t().contiguous();
}

}  // namespace

std::shared_ptr<const Transformer> Transformer::load(const ModelFile& file,
                                                     const at::TensorOptions& options) {
  return std::shared_ptr<const Transformer>(new Transformer(file, options));
}

Transformer::Transformer(const ModelFile& file, const at::TensorOptions& options)
    : config_(file.config()), options_(options) {
  const int64_t hidden = config_.hidden_size;
  const int64_t vocabulary = config_.vocabulary_size;
  embedding_ = require_tensor(file, "model.embed_tokens.weight", {vocabulary, hidden}).to(options);
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    layers_.push_back(load_layer(file, layer));
  }
  norm_ = require_tensor(file, "model.norm.weight", {hidden}).to(options);
  const auto head = file.tensor("lm_head.weight", {vocabulary, hidden});
  head_ = head ? transposed(*head, options) : embedding_.t();
}

Transformer::Layer Transformer::load_layer(const ModelFile& file, int64_t index) const {
  const int64_t hidden = config_.hidden_size;
  const int64_t query_size = config_.heads * config_.head_size;
  const int64_t kv_size = config_.kv_heads * config_.head_size;
  const int64_t intermediate = config_.intermediate_size;
  const auto read = [&](const char* name, const std::vector<int64_t>& shape) {
    return require_tensor(file, fmt::format("model.layers.{}.{}.weight", index, name), shape);
  };
  Layer layer;
  layer.attention_norm = read("input_layernorm", {hidden}).to(options_);
  layer.qkv = transposed(at::cat({read("self_attn.q_proj", {query_size, hidden}),
                                  read("self_attn.k_proj", {kv_size, hidden}),
                                  read("self_attn.v_proj", {kv_size, hidden})}),
                         options_);
  layer.output = transposed(read("self_attn.o_proj", {hidden, query_size}), options_);
  layer.mlp_norm = read("post_attention_layernorm", {hidden}).to(options_);
  layer.gate_up = transposed(at::cat({read("mlp.gate_proj", {intermediate, hidden}),
                                      read("mlp.up_proj", {intermediate, hidden})}),
                             options_);
  layer.down = transposed(read("mlp.down_proj", {hidden, intermediate}), options_);
  return layer;
}

at::Tensor Transformer::embed(std::span<const int64_t> ids) const {
  for (const int64_t id : ids) {
    if (id < 0 || id >= config_.vocabulary_size) {
      throw std::out_of_range(fmt::format("token id {} is outside the vocabulary of {} tokens", id,
                                          config_.vocabulary_size));
    }
  }
  const auto indices = at::tensor(at::ArrayRef<int64_t>(ids.data(), ids.size()), at::kLong);
  return at::embedding(embedding_, indices.to(options_.device()));
}

RotaryTable Transformer::rotary_table(std::span<const int64_t> positions) const {
  const std::vector<double> places(positions.begin(), positions.end());
  return make_rotary_table(places, rotary_frequencies(config_.head_size, config_.rope_theta),
                           options_);
}

Qkv Transformer::project(int64_t layer, const at::Tensor& hidden, const RotaryTable& table) const {
  const Layer& weights = layers_[static_cast<size_t>(layer)];
  const int64_t heads = config_.heads + 2 * config_.kv_heads;
  const auto normed = rms_norm(hidden, weights.attention_norm, config_.norm_epsilon);
  const auto projected =
      product(normed, weights.qkv).view({hidden.size(0), heads, config_.head_size}).transpose(0, 1);
  rotate_in_place(projected.narrow(0, 0, config_.heads + config_.kv_heads), table);
  return {projected.narrow(0, 0, config_.heads),
          projected.narrow(0, config_.heads, config_.kv_heads),
          projected.narrow(0, config_.heads + config_.kv_heads, config_.kv_heads)};
}

void Transformer::finish(int64_t layer, const at::Tensor& hidden,
                         const at::Tensor& attended) const {
  const Layer& weights = layers_[static_cast<size_t>(layer)];
  // Products apart from the sum: adding their terms to the hidden state one by one rounds each to
  // its magnitude, which is far above theirs.
  hidden.add_(product(attended, weights.output));
  const auto normed = rms_norm(hidden, weights.mlp_norm, config_.norm_epsilon);
  hidden.add_(product(swiglu(product(normed, weights.gate_up)), weights.down));
}

std::vector<at::Tensor> Transformer::linears() const {
  std::vector<at::Tensor> weights;
  for (const Layer& layer : layers_) {
    for (const at::Tensor& weight : {layer.qkv, layer.output, layer.gate_up, layer.down}) {
      weights.push_back(weight);
    }
  }
  weights.push_back(head_);
  return weights;
}

at::Tensor Transformer::normalize(const at::Tensor& hidden) const {
  return rms_norm(hidden, norm_, config_.norm_epsilon);
}

}  // namespace multistate
