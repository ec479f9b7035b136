#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Llama 1 to 3.3 (Touvron et al., arXiv:2302.13971; arXiv:2407.21783) and all that use its
/// classes.
Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "llama");
  const bool attention_bias = keys.boolean("attention_bias").value_or(false);
  const bool mlp_bias = keys.boolean("mlp_bias").value_or(false);
  for (LayerSpec& layer : spec.layers) {
    layer.attention.qkv_bias = layer.attention.output_bias = attention_bias;
    layer.mlp.bias = mlp_bias;
  }
  keys.accept("rope_interleaved", {false});
  keys.accept("sliding_window", {});
  keys.accept("use_sliding_window", {false});
  expect_full_layers(keys);
  return {std::move(spec), WeightLayout::hugging_face()};
}

/// Mistral 7B 0.1 and what was trained from it, by sizes that no other model of this class has: 0.2
/// and later ones have another theta.
bool is_first_mistral(const DecoderSpec& spec) {
  const AttentionSpec& attention = spec.layers.front().attention;
  return spec.layer_count() == 32 && spec.hidden_size == 4096 &&
         spec.layers.front().mlp.size == 14336 && attention.heads == 32 &&
         attention.kv_heads == 8 && spec.context_length == 32768 &&
         attention.rotation == RotationSpec{.theta = 10000.0, .size = 128};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf().interleave();
  DecoderSpec spec = read_usual_gguf(keys, "llama", layout);
  // Of files with a window some have the key, and Mistral's first ones have not.
  spec.windows_unstated = !keys.has("attention.sliding_window");
  if (spec.windows_unstated && is_first_mistral(spec)) {
    spec.likely_window = 4096;
  }
  const int64_t window = keys.integer("attention.sliding_window").value_or(0);
  for (LayerSpec& layer : spec.layers) {
    layer.attention.qkv_bias = keys.tensor("blk.0.attn_q.bias") != nullptr;
    layer.attention.output_bias = keys.tensor("blk.0.attn_output.bias") != nullptr;
    layer.mlp.bias = keys.tensor("blk.0.ffn_up.bias") != nullptr;
    if (window > 0) {
      layer.attention.window = window;
    }
  }
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "llama",
    .hugging_face = {"LlamaForCausalLM"},
    .gguf = {"llama"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
