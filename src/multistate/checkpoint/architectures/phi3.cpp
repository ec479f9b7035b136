#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Phi-3, Phi-3.5, Phi-4-mini (arXiv:2404.14219, 2503.01743): joined projections, a rotated share,
/// and a window in all layers where the config has one.
Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "phi3", {.norm_epsilon = 1e-5, .rotated_share = 1.0});
  const bool windowed = keys.find("sliding_window") != nullptr;
  read_equal_windows(keys, spec, windowed);
  for (const char* key : {"attention_bias", "mlp_bias", "lm_head_bias"}) {
    keys.accept(key, {false});
  }
  keys.accept("full_attn_mod", {1});
  keys.accept("interpolate_factor", {1});
  return {std::move(spec),
          WeightLayout::hugging_face()
              .join({Weight::kQuery, Weight::kKey, Weight::kValue}, "self_attn.qkv_proj")
              .join({Weight::kGate, Weight::kUp}, "mlp.gate_up_proj")};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf()
                            .join({Weight::kQuery, Weight::kKey, Weight::kValue}, "attn_qkv")
                            .join({Weight::kGate, Weight::kUp}, "ffn_up");
  DecoderSpec spec = read_usual_gguf(keys, "phi3", layout);
  const int64_t window = keys.integer("attention.sliding_window").value_or(0);
  for (LayerSpec& layer : spec.layers) {
    if (window > 0) {
      layer.attention.window = window;
    }
  }
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "phi3",
    .hugging_face = {"Phi3ForCausalLM"},
    .gguf = {"phi3"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
