#include <cmath>

#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Gemma 2 (arXiv:2408.00118): norms before and after, gates with gelu, capped logits, the
/// embedding times the root of its size, every other layer with a window.
void complete(DecoderSpec& spec, double query_size) {
  spec.embedding_multiplier = std::sqrt(static_cast<double>(spec.hidden_size));
  for (LayerSpec& layer : spec.layers) {
    layer.norm_after = true;
    layer.attention.scale = 1.0 / std::sqrt(query_size);
  }
}

std::vector<bool> every_other(const DecoderSpec& spec) {
  std::vector<bool> windowed;
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    windowed.push_back(layer % 2 == 0);
  }
  return windowed;
}

/// A cap; null is none.
std::optional<double> read_cap(ConfigKeys& keys, const char* key, double fallback) {
  const bool absent = !keys.has(key);
  const auto given = keys.number(key);
  return absent ? fallback : given;
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(
      keys, "gemma2",
      {.tied = true, .kv_heads = 4, .head_size = 256, .activation_key = "hidden_activation"});
  complete(spec, keys.number("query_pre_attn_scalar").value_or(256.0));
  spec.logit_cap = read_cap(keys, "final_logit_softcapping", 30.0);
  const auto cap = read_cap(keys, "attn_logit_softcapping", 50.0);
  for (LayerSpec& layer : spec.layers) {
    layer.attention.logit_cap = cap;
  }
  read_windows(keys, spec, every_other(spec), 4096);
  keys.accept("attention_bias", {false});
  keys.accept("use_bidirectional_attention", {false});
  keys.skip({"hidden_act"});  // Where both are there, the class reads hidden_activation.
  return {std::move(spec), WeightLayout::hugging_face()
                               .rename(Weight::kAttentionPostNorm, "post_attention_layernorm")
                               .rename(Weight::kMlpNorm, "pre_feedforward_layernorm")
                               .rename(Weight::kMlpPostNorm, "post_feedforward_layernorm")
                               .norms_less_one()};
}

/// The format holds no scale of attention: it is 1 / sqrt(D), but for the model with 46 layers.
Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "gemma2", layout);
  for (LayerSpec& layer : spec.layers) {
    layer.mlp.activation = Activation::kGeluTanh;
  }
  const AttentionSpec& first = spec.layers.front().attention;
  complete(spec, static_cast<double>(spec.layer_count() == 46 ? spec.hidden_size / first.heads
                                                              : first.head_size));
  spec.logit_cap = keys.number("final_logit_softcapping").value_or(30.0);
  const double cap = keys.number("attn_logit_softcapping").value_or(50.0);
  const int64_t window = keys.required_integer("attention.sliding_window");
  const auto windowed = every_other(spec);
  for (size_t layer = 0; layer < windowed.size(); ++layer) {
    spec.layers[layer].attention.logit_cap = cap;
    if (windowed[layer]) {
      spec.layers[layer].attention.window = window;
    }
  }
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "gemma2",
    .hugging_face = {"Gemma2ForCausalLM"},
    .gguf = {"gemma2"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
