#include "multistate/model/transformer.h"

#include <algorithm>
#include <stdexcept>

#include <ATen/ops/embedding.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "multistate/model/device_stream.h"
#include "multistate/model/dtype.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/layers.h"
#include "multistate/model/product.h"

namespace multistate {
std::shared_ptr<const Transformer> Transformer::load(const ModelFile& file,
                                                     const at::TensorOptions& options) {
  return std::shared_ptr<const Transformer>(new Transformer(file, options));
}

Transformer::Transformer(const ModelFile& file, const at::TensorOptions& options)
    : spec_(file.spec()), options_(options), activations_(activation_options(options)) {
  embedding_ = load_weight(file, {Weight::kEmbedding}).to(options);
  for (int64_t layer = 0; layer < spec_.layer_count(); ++layer) {
    layers_.push_back(load_layer(file, layer, options));
    const RotationSpec& rotation = spec_.layer(layer).attention.rotation;
    const auto found = std::find(rotations_.begin(), rotations_.end(), rotation);
    rotation_of_.push_back(static_cast<size_t>(found - rotations_.begin()));
    if (found == rotations_.end()) {
      rotations_.push_back(rotation);
    }
  }
  norm_ = load_norm(file, Weight::kFinalNorm, -1, options);
  head_ =
      spec_.tied ? embedding_.t() : load_weight(file, {Weight::kHead}).to(options).t().contiguous();
  wait_for(options.device());  // Threads with streams of their own use the weights.
}

at::Tensor Transformer::embed(std::span<const int64_t> ids) const {
  for (const int64_t id : ids) {
    if (id < 0 || id >= spec_.vocabulary_size) {
      throw std::out_of_range(fmt::format("token id {} is outside the vocabulary of {} tokens", id,
                                          spec_.vocabulary_size));
    }
  }
  const auto indices = at::tensor(at::ArrayRef<int64_t>(ids.data(), ids.size()), at::kLong);
  auto embedded = at::embedding(embedding_, indices.to(options_.device())).to(activations_);
  if (spec_.embedding_multiplier != 1.0) {
    embedded.mul_(spec_.embedding_multiplier);
  }
  return embedded;
}

RotaryTables Transformer::rotary_tables(std::span<const int64_t> positions, int64_t tokens) const {
  const std::vector<double> places(positions.begin(), positions.end());
  RotaryTables tables;
  for (const RotationSpec& rotation : rotations_) {
    tables.push_back(
        make_rotary_table(places, rotation.of_text(tokens).frequencies(), activations_));
    if (rotation.magnitude != 1.0) {
      tables.back().cos.mul_(rotation.magnitude);
      tables.back().sin.mul_(rotation.magnitude);
    }
  }
  return tables;
}

Qkv Transformer::project(int64_t layer, const at::Tensor& hidden,
                         const RotaryTables& tables) const {
  const auto index = static_cast<size_t>(layer);
  const LayerWeights& weights = layers_[index];
  const AttentionSpec& spec = spec_.layers[index].attention;
  const auto flat = weights.qkv(weights.attention_norm(hidden));
  const int64_t tokens = hidden.size(0);
  const auto projected =
      flat.view({tokens, spec.heads + 2 * spec.kv_heads, spec.head_size}).transpose(0, 1);
  Qkv qkv = {.queries = projected.narrow(0, 0, spec.heads),
             .keys = projected.narrow(0, spec.heads, spec.kv_heads),
             .values = projected.narrow(0, spec.heads + spec.kv_heads, spec.kv_heads),
             .output = weights.output.weight};
  if (spec.qk_norm == QkNorm::kHead) {
    qkv.queries.copy_(weights.query_norm(qkv.queries));
    qkv.keys.copy_(weights.key_norm(qkv.keys));
  } else if (spec.qk_norm == QkNorm::kProjection) {
    const int64_t queries = spec.heads * spec.head_size;
    const auto query_rows = flat.narrow(1, 0, queries);
    const auto key_rows = flat.narrow(1, queries, spec.kv_heads * spec.head_size);
    query_rows.copy_(weights.query_norm(query_rows));
    key_rows.copy_(weights.key_norm(key_rows));
  }
  rotate_in_place(projected.narrow(0, 0, spec.heads + spec.kv_heads), tables[rotation_of_[index]]);
  return qkv;
}

void Transformer::finish(int64_t layer, const at::Tensor& hidden,
                         const at::Tensor& attended) const {
  const auto index = static_cast<size_t>(layer);
  const LayerWeights& weights = layers_[index];
  const LayerSpec& spec = spec_.layers[index];
  const auto scaled = [&](const at::Tensor& update) {
    return spec.residual_multiplier == 1.0 ? update : update.mul_(spec.residual_multiplier);
  };
  const auto mlp = [&] {
    const auto inner = weights.up(weights.mlp_norm(hidden));
    return weights.mlp_post_norm(weights.down(
        spec.mlp.gated ? gated(inner, spec.mlp.activation) : activate(inner, spec.mlp.activation)));
  };
  // Products apart from the sum: adding their terms to the hidden state one by one rounds each to
  // its magnitude, which is far above theirs.
  const auto before = spec.parallel ? scaled(mlp()) : at::Tensor();
  hidden.add_(attention_update(layer, attended));
  hidden.add_(spec.parallel ? before : scaled(mlp()));
}

at::Tensor Transformer::attention_update(int64_t layer, const at::Tensor& attended) const {
  const auto index = static_cast<size_t>(layer);
  const LayerWeights& weights = layers_[index];
  const auto update = weights.attention_post_norm(weights.output(attended));
  const double factor = spec_.layers[index].residual_multiplier;
  return factor == 1.0 ? update : update.mul_(factor);
}

at::Tensor Transformer::logits(const at::Tensor& normalized, int64_t first, int64_t count) const {
  auto logits = exact_product(normalized, head_.narrow(1, first, count));
  if (spec_.logit_multiplier != 1.0) {
    logits.mul_(spec_.logit_multiplier);
  }
  if (spec_.logit_cap) {
    cap_in_place(logits, *spec_.logit_cap);
  }
  return to_host(logits).contiguous();
}

std::vector<at::Tensor> Transformer::linears() const {
  std::vector<at::Tensor> weights;
  for (const LayerWeights& layer : layers_) {
    for (const Linear& linear : {layer.qkv, layer.output, layer.up, layer.down}) {
      weights.push_back(linear.weight);
    }
  }
  weights.push_back(head_);
  return weights;
}

at::Tensor Transformer::normalize(const at::Tensor& hidden) const {
  return norm_(hidden);
}

}  // namespace multistate
