#include "multistate/checkpoint/weights.h"

#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace multistate {
namespace {

std::string_view name_of(Weight weight) {
  switch (weight) {
    case Weight::kEmbedding:
      return "embedding";
    case Weight::kAttentionNorm:
      return "attention norm";
    case Weight::kQuery:
      return "query";
    case Weight::kKey:
      return "key";
    case Weight::kValue:
      return "value";
    case Weight::kQueryNorm:
      return "query norm";
    case Weight::kKeyNorm:
      return "key norm";
    case Weight::kOutput:
      return "attention output";
    case Weight::kAttentionPostNorm:
      return "norm after attention";
    case Weight::kMlpNorm:
      return "MLP norm";
    case Weight::kGate:
      return "MLP gate";
    case Weight::kUp:
      return "MLP up";
    case Weight::kDown:
      return "MLP down";
    case Weight::kMlpPostNorm:
      return "norm after MLP";
    case Weight::kFinalNorm:
      return "final norm";
    case Weight::kHead:
      return "output head";
  }
  throw std::logic_error("a weight without a name");
}

std::vector<int64_t> norm_shape(const DecoderSpec& spec, const WeightId& id) {
  if (id.weight != Weight::kQueryNorm && id.weight != Weight::kKeyNorm) {
    return {spec.hidden_size};
  }
  const AttentionSpec& attention = spec.layer(id.layer).attention;
  if (attention.qk_norm == QkNorm::kHead) {
    return {attention.head_size};
  }
  return {(id.weight == Weight::kQueryNorm ? attention.heads : attention.kv_heads) *
          attention.head_size};
}

std::vector<int64_t> matrix_shape(const DecoderSpec& spec, const WeightId& id) {
  if (id.weight == Weight::kEmbedding || id.weight == Weight::kHead) {
    return {spec.vocabulary_size, spec.hidden_size};
  }
  const auto& [attention, mlp, before, after, parallel, residual] = spec.layer(id.layer);
  switch (id.weight) {
    case Weight::kQuery:
      return {attention.heads * attention.head_size, spec.hidden_size};
    case Weight::kKey:
    case Weight::kValue:
      return {attention.kv_heads * attention.head_size, spec.hidden_size};
    case Weight::kOutput:
      return {spec.hidden_size, attention.heads * attention.head_size};
    case Weight::kGate:
    case Weight::kUp:
      return {mlp.size, spec.hidden_size};
    case Weight::kDown:
      return {spec.hidden_size, mlp.size};
    default:
      throw std::logic_error("a weight without a shape");
  }
}

/// Collects tensors.
struct Collector {
  const DecoderSpec& spec;
  std::vector<WeightId> ids;

  void add(Weight weight, int64_t layer, bool bias = false) {
    ids.push_back({weight, layer});
    if (bias || (is_norm(weight) && spec.norm == NormKind::kLayer)) {
      ids.push_back({weight, layer, true});
    }
  }

  void add_layer(int64_t index) {
    const LayerSpec& layer = spec.layer(index);
    const AttentionSpec& attention = layer.attention;
    if (layer.norm_before) {
      add(Weight::kAttentionNorm, index);
    }
    for (const Weight weight : {Weight::kQuery, Weight::kKey, Weight::kValue}) {
      add(weight, index, attention.qkv_bias);
    }
    if (attention.qk_norm != QkNorm::kNone) {
      add(Weight::kQueryNorm, index);
      add(Weight::kKeyNorm, index);
    }
    add(Weight::kOutput, index, attention.output_bias);
    if (layer.norm_after) {
      add(Weight::kAttentionPostNorm, index);
    }
    if (layer.norm_before) {
      add(Weight::kMlpNorm, index);
    }
    if (layer.mlp.gated) {
      add(Weight::kGate, index, layer.mlp.bias);
    }
    add(Weight::kUp, index, layer.mlp.bias);
    add(Weight::kDown, index, layer.mlp.bias);
    if (layer.norm_after) {
      add(Weight::kMlpPostNorm, index);
    }
  }
};

}  // namespace

std::string to_text(const WeightId& id) {
  const std::string layer = id.layer < 0 ? "" : fmt::format("layer {} ", id.layer);
  return fmt::format("{}{} {}", layer, name_of(id.weight), id.bias ? "bias" : "weight");
}

bool is_norm(Weight weight) {
  switch (weight) {
    case Weight::kAttentionNorm:
    case Weight::kQueryNorm:
    case Weight::kKeyNorm:
    case Weight::kAttentionPostNorm:
    case Weight::kMlpNorm:
    case Weight::kMlpPostNorm:
    case Weight::kFinalNorm:
      return true;
    default:
      return false;
  }
}

std::vector<int64_t> shape_of(const DecoderSpec& spec, const WeightId& id) {
  if (is_norm(id.weight)) {
    return norm_shape(spec, id);
  }
  auto shape = matrix_shape(spec, id);
  if (id.bias) {
    shape.pop_back();
  }
  return shape;
}

std::vector<WeightId> weights_of(const DecoderSpec& spec) {
  Collector collector{spec, {}};
  collector.add(Weight::kEmbedding, -1);
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    collector.add_layer(layer);
  }
  collector.add(Weight::kFinalNorm, -1);
  if (!spec.tied) {
    collector.add(Weight::kHead, -1);
  }
  return std::move(collector.ids);
}

}  // namespace multistate
