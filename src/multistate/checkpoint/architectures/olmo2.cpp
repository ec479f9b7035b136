#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// OLMo 2 (arXiv:2501.00656): norms after attention and MLP only, and over the whole of the query
/// and key projections.
void complete(DecoderSpec& spec) {
  for (LayerSpec& layer : spec.layers) {
    layer.norm_before = false;
    layer.norm_after = true;
    layer.attention.qk_norm = QkNorm::kProjection;
  }
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "olmo2", {.norm_epsilon = 1e-5});
  complete(spec);
  keys.accept("attention_bias", {false});
  return {std::move(spec), WeightLayout::hugging_face()
                               .rename(Weight::kAttentionPostNorm, "post_attention_layernorm")
                               .rename(Weight::kMlpPostNorm, "post_feedforward_layernorm")};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "olmo2", layout);
  complete(spec);
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "olmo2",
    .hugging_face = {"Olmo2ForCausalLM"},
    .gguf = {"olmo2"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
