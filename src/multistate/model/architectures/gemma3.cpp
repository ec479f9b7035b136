#include <cmath>

#include "multistate/model/architecture.h"
#include "multistate/model/config_keys.h"
#include "multistate/model/gguf_keys.h"
#include "multistate/model/rope_config.h"

namespace multistate {
namespace {

constexpr double kGlobalTheta = 1e6;
constexpr double kLocalTheta = 10000.0;
constexpr int64_t kPattern = 6;  // Every sixth layer sees everything.

/// Gemma 3, text (arXiv:2503.19786): as Gemma 2 with norms of queries and keys in the place of
/// caps, and rotations of their own in the layers with a window.
void complete(DecoderSpec& spec, double query_size) {
  spec.embedding_multiplier = std::sqrt(static_cast<double>(spec.hidden_size));
  for (LayerSpec& layer : spec.layers) {
    layer.norm_after = true;
    layer.mlp.activation = Activation::kGeluTanh;
    layer.attention.scale = 1.0 / std::sqrt(query_size);
    layer.attention.qk_norm = QkNorm::kHead;
  }
}

std::vector<bool> all_but_each(int64_t pattern, const DecoderSpec& spec) {
  std::vector<bool> windowed;
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    windowed.push_back((layer + 1) % pattern != 0);
  }
  return windowed;
}

void rotate(DecoderSpec& spec, const std::vector<bool>& windowed, const RotationSpec& global,
            const RotationSpec& local) {
  for (size_t layer = 0; layer < windowed.size(); ++layer) {
    spec.layers[layer].attention.rotation = windowed[layer] ? local : global;
  }
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(
      keys, "gemma3",
      {.tied = true, .activation_key = "hidden_activation", .reads_rotations = true});
  complete(spec, keys.number("query_pre_attn_scalar").value_or(256.0));
  spec.logit_cap = keys.number("final_logit_softcapping");
  const auto cap = keys.number("attn_logit_softcapping");
  for (LayerSpec& layer : spec.layers) {
    layer.attention.logit_cap = cap;
  }
  const int64_t pattern = keys.integer("sliding_window_pattern").value_or(kPattern);
  if (pattern < 1) {
    keys.fail("sliding_window_pattern", "1 or more");
  }
  const auto windowed = read_windows(keys, spec, all_but_each(pattern, spec), 4096);
  const int64_t size = spec.layers.front().attention.head_size;
  if (has_rotations_by_kind(keys)) {
    rotate(spec, windowed, read_rotation_of(keys, spec, size, kGlobalTheta, "full_attention"),
           read_rotation_of(keys, spec, size, kLocalTheta, "sliding_attention"));
    keys.skip({"rope_local_base_freq", "rope_theta"});
  } else {
    const RotationSpec local = {.theta = keys.number("rope_local_base_freq").value_or(kLocalTheta),
                                .size = size};
    rotate(spec, windowed, read_rotation(keys, spec, size, kGlobalTheta), local);
  }
  keys.accept("attention_bias", {false});
  keys.accept("use_bidirectional_attention", {false});
  keys.skip({"_sliding_window_pattern"});  // What layer_types was made of.
  return {std::move(spec), WeightLayout::hugging_face()
                               .rename(Weight::kAttentionPostNorm, "post_attention_layernorm")
                               .rename(Weight::kMlpNorm, "pre_feedforward_layernorm")
                               .rename(Weight::kMlpPostNorm, "post_feedforward_layernorm")
                               .norms_less_one()};
}

/// The format holds no scale of attention: it is 1 / sqrt(D), but for the model with 62 layers.
Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "gemma3", layout);
  const AttentionSpec first = spec.layers.front().attention;
  complete(spec, static_cast<double>(spec.layer_count() == 62 ? spec.hidden_size / first.heads
                                                              : first.head_size));
  spec.logit_cap = keys.number("final_logit_softcapping");
  const int64_t pattern = keys.integer("attention.sliding_window_pattern").value_or(kPattern);
  if (pattern < 1) {
    keys.fail("attention.sliding_window_pattern", "1 or more");
  }
  const int64_t window = keys.required_integer("attention.sliding_window");
  const auto windowed = all_but_each(pattern, spec);
  RotationSpec global = first.rotation;
  global.theta = keys.number("rope.freq_base").value_or(kGlobalTheta);
  const RotationSpec local = {.theta = keys.number("rope.freq_base_swa").value_or(kLocalTheta),
                              .size = first.rotation.size};
  rotate(spec, windowed, global, local);
  for (size_t layer = 0; layer < windowed.size(); ++layer) {
    if (windowed[layer]) {
      spec.layers[layer].attention.window = window;
    }
  }
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "gemma3",
    .hugging_face = {"Gemma3ForCausalLM"},
    .gguf = {"gemma3"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
