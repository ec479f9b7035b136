#include "multistate/model/transformer_weights.h"

#include <initializer_list>

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include "multistate/model/dtype.h"
#include "multistate/model/layers.h"
#include "multistate/model/product.h"

namespace multistate {
namespace {

/// `parts` as one product, their outputs one after the other.
Linear load_linear(const ModelFile& file, std::initializer_list<Weight> parts, int64_t layer,
                   bool with_bias, const at::TensorOptions& options) {
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> biases;
  for (const Weight part : parts) {
    weights.push_back(load_weight(file, {part, layer}));
    if (with_bias) {
      biases.push_back(load_weight(file, {part, layer, true}));
    }
  }
  // Stored as [out, in].
  return {at::cat(weights).to(options).t().contiguous(),
          with_bias ? at::cat(biases).to(activation_options(options)) : at::Tensor()};
}

}  // namespace

at::Tensor Linear::operator()(const at::Tensor& x) const {
  auto result = product(x, weight);
  if (bias.defined()) {
    result.add_(bias);
  }
  return result;
}

at::Tensor Norm::operator()(const at::Tensor& x) const {
  if (!defined()) {
    return x;
  }
  return bias.defined() ? layer_norm(x, weight, bias, epsilon) : rms_norm(x, weight, epsilon);
}

at::Tensor load_weight(const ModelFile& file, const WeightId& id) {
  auto weight = at::empty(shape_of(file.spec(), id), at::kFloat);
  file.read_weight(id, {weight.data_ptr<float>(), static_cast<size_t>(weight.numel())});
  return weight;
}

Norm load_norm(const ModelFile& file, Weight weight, int64_t layer,
               const at::TensorOptions& options) {
  const DecoderSpec& spec = file.spec();
  Norm norm;
  norm.weight = load_weight(file, {weight, layer}).to(activation_options(options));
  norm.epsilon = spec.norm_epsilon;
  if (spec.norm == NormKind::kLayer) {
    norm.bias = load_weight(file, {weight, layer, true}).to(activation_options(options));
  }
  return norm;
}

LayerWeights load_layer(const ModelFile& file, int64_t layer, const at::TensorOptions& options) {
  const LayerSpec& spec = file.spec().layer(layer);
  const auto norm = [&](bool there, Weight weight) {
    return there ? load_norm(file, weight, layer, options) : Norm();
  };
  const auto linear = [&](std::initializer_list<Weight> parts, bool bias) {
    return load_linear(file, parts, layer, bias, options);
  };
  const bool qk_norm = spec.attention.qk_norm != QkNorm::kNone;
  LayerWeights weights;
  weights.attention_norm = norm(spec.norm_before, Weight::kAttentionNorm);
  weights.qkv = linear({Weight::kQuery, Weight::kKey, Weight::kValue}, spec.attention.qkv_bias);
  weights.query_norm = norm(qk_norm, Weight::kQueryNorm);
  weights.key_norm = norm(qk_norm, Weight::kKeyNorm);
  weights.output = linear({Weight::kOutput}, spec.attention.output_bias);
  weights.attention_post_norm = norm(spec.norm_after, Weight::kAttentionPostNorm);
  weights.mlp_norm = norm(spec.norm_before, Weight::kMlpNorm);
  weights.up = spec.mlp.gated ? linear({Weight::kGate, Weight::kUp}, spec.mlp.bias)
                              : linear({Weight::kUp}, spec.mlp.bias);
  weights.down = linear({Weight::kDown}, spec.mlp.bias);
  weights.mlp_post_norm = norm(spec.norm_after, Weight::kMlpPostNorm);
  return weights;
}

}  // namespace multistate
