#include <cmath>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"
#include "multistate/checkpoint/rope_config.h"

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

/// The class's own sizes stand where a file has none, as those of the larger models.
constexpr int64_t kVocabulary = 262208;
constexpr int64_t kContext = 131072;

DecoderSpec read_decoder(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "gemma3",
                                       {.tied = true,
                                        .vocabulary_size = kVocabulary,
                                        .context_length = kContext,
                                        .heads = 8,
                                        .kv_heads = 4,
                                        .head_size = 256,
                                        .activation_key = "hidden_activation",
                                        .reads_rotations = true});
  complete(spec, keys.number("query_pre_attn_scalar").value_or(256.0));
  spec.logit_cap = keys.number("final_logit_softcapping");
  keys.accept("attn_logit_softcapping", {});  // The class has none.
  const int64_t pattern = keys.integer("sliding_window_pattern").value_or(kPattern);
  if (pattern < 1) {
    keys.fail("sliding_window_pattern", "1 or more");
  }
  const auto windowed = read_windows(keys, spec, all_but_each(pattern, spec), 4096);
  const int64_t size = spec.layers.front().attention.head_size;
  if (has_rotations_by_kind(keys)) {
    rotate(spec, windowed,
           read_rotation_of(keys, spec, size, {.theta = kGlobalTheta}, "full_attention"),
           read_rotation_of(keys, spec, size, {.theta = kLocalTheta}, "sliding_attention"));
    keys.skip({"rope_local_base_freq", "rope_theta"});
  } else {
    if (keys.find("rope_parameters") != nullptr) {
      keys.fail("rope_parameters", "an object for each kind of layer");
    }
    const RotationSpec local = {.theta = keys.number("rope_local_base_freq").value_or(kLocalTheta),
                                .size = size};
    rotate(spec, windowed, read_rotation(keys, spec, size, {.theta = kGlobalTheta}), local);
  }
  keys.accept("attention_bias", {false});
  keys.accept("use_bidirectional_attention", {false});
  keys.skip({"_sliding_window_pattern"});  // What layer_types was made of.
  return spec;
}

WeightLayout hugging_face() {
  return WeightLayout::hugging_face()
      .rename(Weight::kAttentionPostNorm, "post_attention_layernorm")
      .rename(Weight::kMlpNorm, "pre_feedforward_layernorm")
      .rename(Weight::kMlpPostNorm, "post_feedforward_layernorm")
      .norms_less_one();
}

Blueprint from_config(ConfigKeys& keys) {
  return {read_decoder(keys), hugging_face()};
}

/// The part for text of the models that see pictures, too: its config is an object in theirs. Two
/// ways to name tensors are in use.
Blueprint from_text_part(ConfigKeys& keys) {
  const nlohmann::json* part = keys.find("text_config");
  if (part == nullptr) {
    throw InputError(fmt::format("{}: the key 'text_config' is missing", keys.source()));
  }
  if (!part->is_object()) {
    keys.fail("text_config", "an object");
  }
  ConfigKeys text(*part, keys.source() + ": 'text_config'");
  text.accept("model_type", {"gemma3_text"});
  text.accept("final_logit_softcapping", {});  // This class does not cap them.
  text.skip({"bos_token_id", "eos_token_id"});
  DecoderSpec spec = read_decoder(text);
  text.check_all_read("the text part of the architecture 'gemma3'");
  keys.accept("tie_word_embeddings", {spec.tied});
  keys.skip({"vision_config", "mm_tokens_per_image", "boi_token_index", "eoi_token_index",
             "image_token_index", "boi_token_id", "eoi_token_id", "image_token_id"});
  WeightLayout layout = hugging_face();
  layout.also_under("model.", "language_model.model.")
      .also_under("model.", "model.language_model.")
      .also_under("lm_head.", "language_model.lm_head.");
  for (const char* vision : {"vision_tower.", "multi_modal_projector."}) {
    layout.leave_out(vision).leave_out(std::string("model.") + vision);
  }
  return {std::move(spec), std::move(layout)};
}

/// The format holds no scale of attention: it is 1 / sqrt(D), but for the model with 62 layers.
Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf();
  DecoderSpec spec = read_usual_gguf(keys, "gemma3", layout);
  for (LayerSpec& layer : spec.layers) {
    layer.mlp.activation = Activation::kGeluTanh;
  }
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

const ArchitectureRegistration kTextPart{{
    .title = "gemma3_text_part",
    .hugging_face = {"Gemma3ForConditionalGeneration"},
    .gguf = {},
    .from_config = from_text_part,
}};

}  // namespace
}  // namespace multistate
