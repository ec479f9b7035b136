#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Queries, keys and values have a bias.
void add_biases(DecoderSpec& spec) {
  for (LayerSpec& layer : spec.layers) {
    layer.attention.qkv_bias = true;
  }
}

/// Qwen2 and Qwen2.5 (arXiv:2407.10671, 2412.15115), and distils of R1 into them.
Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "qwen2", {.kv_heads = 32});
  add_biases(spec);
  read_switched_windows(keys, spec);
  keys.accept("use_mrope", {false});
  return {std::move(spec), WeightLayout::hugging_face()};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "qwen2", layout);
  add_biases(spec);
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "qwen2",
    .hugging_face = {"Qwen2ForCausalLM"},
    .gguf = {"qwen2"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
