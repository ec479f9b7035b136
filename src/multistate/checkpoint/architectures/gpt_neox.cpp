#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"
#include "multistate/checkpoint/rope_config.h"

namespace multistate {
namespace {

/// GPT-NeoX, Pythia (arXiv:2204.06745): LayerNorm, biases, an MLP without gates beside attention, a
/// rotated share.
void complete(DecoderSpec& spec, bool parallel, bool attention_bias) {
  spec.norm = NormKind::kLayer;
  for (LayerSpec& layer : spec.layers) {
    layer.parallel = parallel;
    layer.attention.qkv_bias = layer.attention.output_bias = attention_bias;
    layer.mlp.gated = false;
    layer.mlp.bias = true;
  }
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(
      keys, "gpt_neox",
      {.norm_epsilon = 1e-5, .norm_key = "layer_norm_eps", .reads_rotations = true});
  complete(spec, keys.boolean("use_parallel_residual").value_or(true),
           keys.boolean("attention_bias").value_or(true));
  const int64_t size = spec.layers.front().attention.head_size;
  if (size * spec.layers.front().attention.heads != spec.hidden_size) {
    keys.fail("head_dim", "'hidden_size' / 'num_attention_heads'");
  }
  if (spec.layers.front().attention.kv_heads != spec.layers.front().attention.heads) {
    keys.fail("num_key_value_heads", "'num_attention_heads'");
  }
  // The class turns this share, whatever share an object of RoPE's has.
  const double share = keys.number("rotary_pct").value_or(0.25);
  const double theta = keys.number("rotary_emb_base").value_or(10000.0);
  keys.accept("rope_theta", {});  // Nor a theta under this name.
  const RotationSpec rotation = read_rotation(keys, spec, size, {.theta = theta, .share = share});
  if (rotation.size != static_cast<int64_t>(static_cast<double>(size) * share)) {
    throw InputError(
        fmt::format("{}: 'rotary_pct' is {} (0.25 where absent), but 'partial_rotary_factor' of "
                    "'rope_parameters' or beside it is another share",
                    keys.source(), share));
  }
  const Activation activation = read_activation(keys, "hidden_act", "gelu");
  for (LayerSpec& layer : spec.layers) {
    layer.attention.rotation = rotation;
    layer.mlp.activation = activation;
  }
  return {std::move(spec), WeightLayout::hugging_face()
                               .prefix("gpt_neox.layers.")
                               .rename(Weight::kEmbedding, "gpt_neox.embed_in")
                               .rename(Weight::kFinalNorm, "gpt_neox.final_layer_norm")
                               .rename(Weight::kHead, "embed_out")
                               .join_by_head({Weight::kQuery, Weight::kKey, Weight::kValue},
                                             "attention.query_key_value")
                               .rename(Weight::kOutput, "attention.dense")
                               .rename(Weight::kUp, "mlp.dense_h_to_4h")
                               .rename(Weight::kDown, "mlp.dense_4h_to_h")
                               .ignore(".attention.bias")
                               .ignore(".attention.masked_bias")};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout =
      WeightLayout::gguf().join({Weight::kQuery, Weight::kKey, Weight::kValue}, "attn_qkv");
  DecoderSpec spec = read_usual_gguf(keys, "gpt_neox", layout, "attention.layer_norm_epsilon");
  complete(spec, keys.boolean("use_parallel_residual").value_or(true), true);
  for (LayerSpec& layer : spec.layers) {
    layer.mlp.activation = Activation::kGelu;
  }
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "gpt_neox",
    .hugging_face = {"GPTNeoXForCausalLM"},
    .gguf = {"gptneox"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
