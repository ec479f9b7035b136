#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Queries and keys are normalised head by head, before RoPE.
void add_norms(DecoderSpec& spec) {
  for (LayerSpec& layer : spec.layers) {
    layer.attention.qk_norm = QkNorm::kHead;
  }
}

/// Qwen3 (arXiv:2505.09388), without experts.
Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "qwen3", {.kv_heads = 32, .head_size = 128});
  add_norms(spec);
  const bool bias = keys.boolean("attention_bias").value_or(false);
  for (LayerSpec& layer : spec.layers) {
    layer.attention.qkv_bias = layer.attention.output_bias = bias;
  }
  read_switched_windows(keys, spec);
  return {std::move(spec), WeightLayout::hugging_face()};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "qwen3", layout);
  add_norms(spec);
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "qwen3",
    .hugging_face = {"Qwen3ForCausalLM"},
    .gguf = {"qwen3"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
