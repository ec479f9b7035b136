#include "engine/architecture_models.h"

#include <cmath>
#include <numbers>

#include "engine/architecture_base.h"

namespace multistate::test {
namespace {

using nlohmann::json;

ArchitectureModel llama(const std::string& name) {
  return base_model(name, "LlamaForCausalLM", "llama");
}

ArchitectureModel biased_llama() {
  ArchitectureModel model = llama("llama with biases");
  model.config["attention_bias"] = true;
  model.config["mlp_bias"] = true;
  make_tensors(model, {.qkv = true, .output = true, .mlp = true});
  return model;
}

/// Wave lengths below 64 / 4 stay, those above 64 / 1 are divided by 8, linearly between (in
/// turns).
ArchitectureModel llama3() {
  ArchitectureModel model = llama("llama3");
  tie(model);
  model.config["rope_theta"] = 500.0;
  model.config["rope_scaling"] = {{"rope_type", "llama3"},
                                  {"factor", 8.0},
                                  {"low_freq_factor", 1.0},
                                  {"high_freq_factor", 4.0},
                                  {"original_max_position_embeddings", 64}};
  // Turns in 64 tokens: 10.19, 2.15, 0.456, 0.0963: one of each kind.
  auto frequencies = naive_frequencies(8, 500.0);
  const double turns = 64.0 * frequencies[1] / (2.0 * std::numbers::pi);
  const double share = (turns - 1.0) / 3.0;
  frequencies[1] = (1.0 - share) * frequencies[1] / 8.0 + share * frequencies[1];
  frequencies[2] /= 8.0;
  frequencies[3] /= 8.0;
  model.rules.frequencies.assign(2, frequencies);
  model.gguf.clear();  // Its factors are in a tensor of their own; see the test of it.
  make_tensors(model, {});
  return model;
}

ArchitectureModel linear_llama() {
  ArchitectureModel model = llama("llama with linear scaling");
  // An older spelling, theta inside.
  model.config["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}, {"rope_theta", 100.0}};
  auto frequencies = naive_frequencies(8, 100.0);
  for (double& frequency : frequencies) {
    frequency /= 4.0;
  }
  model.rules.frequencies.assign(2, frequencies);
  model.gguf_keys = {
      {"rope.freq_base", 100.0}, {"rope.scaling.type", "linear"}, {"rope.scaling.factor", 4.0}};
  make_tensors(model, {});
  return model;
}

/// With theta 10000 and 64 tokens, D = 8: the dimension that turns 32 times is below 0, the one
/// that turns once is 8 ln(64 / 2 pi) / (2 ln 10000) = 1.008, up to 2: a ramp from 0 to 2.
ArchitectureModel yarn_llama() {
  ArchitectureModel model = llama("llama with yarn");
  model.config["rope_parameters"] = {{"rope_type", "yarn"},
                                     {"factor", 4.0},
                                     {"original_max_position_embeddings", 64},
                                     {"rope_theta", 10000.0}};
  auto frequencies = naive_frequencies(8, 10000.0);
  frequencies[1] = 0.5 * frequencies[1] / 4.0 + 0.5 * frequencies[1];
  frequencies[2] /= 4.0;
  frequencies[3] /= 4.0;
  model.rules.frequencies.assign(2, frequencies);
  model.rules.magnitude = 0.1 * std::log(4.0) + 1.0;
  model.gguf_keys = {{"rope.scaling.type", "yarn"},
                     {"rope.scaling.factor", 4.0},
                     {"rope.scaling.original_context_length", 64}};
  make_tensors(model, {});
  return model;
}

ArchitectureModel dynamic_llama() {
  ArchitectureModel model = llama("llama with dynamic scaling, within its context");
  model.config["rope_scaling"] = {{"rope_type", "dynamic"}, {"factor", 2.0}};
  model.gguf.clear();
  make_tensors(model, {});
  return model;
}

ArchitectureModel mistral() {
  ArchitectureModel model = base_model("mistral with a window", "MistralForCausalLM", "llama");
  model.config["sliding_window"] = 5;
  model.rules.windows = {5, 5};
  model.gguf_keys = {{"attention.sliding_window", 5}};
  make_tensors(model, {});
  return model;
}

ArchitectureModel qwen2() {
  ArchitectureModel model = base_model("qwen2", "Qwen2ForCausalLM", "qwen2");
  model.config["use_sliding_window"] = false;
  model.config["sliding_window"] = 4;
  model.config["max_window_layers"] = 1;
  make_tensors(model, {.qkv = true});
  return model;
}

ArchitectureModel windowed_qwen2() {
  ArchitectureModel model = base_model("qwen2 with windows", "Qwen2ForCausalLM", "");
  model.config["use_sliding_window"] = true;
  model.config["sliding_window"] = 4;
  model.config["max_window_layers"] = 1;
  model.rules.windows = {0, 4};
  make_tensors(model, {.qkv = true});
  return model;
}

ArchitectureModel qwen3() {
  ArchitectureModel model = base_model("qwen3", "Qwen3ForCausalLM", "qwen3");
  model.rules.qk_norm = NaiveRules::QkNorm::kHead;
  make_tensors(model, {});
  return model;
}

void make_gemma(ArchitectureModel& model) {
  tie(model);
  NaiveRules& rules = model.rules;
  model.config["hidden_activation"] = "gelu_pytorch_tanh";
  rules.activation = gelu_tanh;
  rules.norm_plus = 1.0;
  rules.embedding_factor = std::sqrt(static_cast<double>(kModelHidden));
  rules.attention_post_norm = "post_attention_layernorm";
  rules.mlp_norm = "pre_feedforward_layernorm";
  rules.mlp_post_norm = "post_feedforward_layernorm";
  for (auto& [from, to] : model.gguf_names) {
    to = from == "post_attention_layernorm" ? "post_attention_norm" : to;
  }
  model.gguf_names.push_back({"pre_feedforward_layernorm", "ffn_norm"});
  model.gguf_names.push_back({"post_feedforward_layernorm", "post_ffw_norm"});
}

ArchitectureModel gemma2() {
  ArchitectureModel model = base_model("gemma2", "Gemma2ForCausalLM", "gemma2");
  make_gemma(model);
  // 1 / sqrt(D) is what GGUF files have, since they do not say.
  model.config["query_pre_attn_scalar"] = 8;
  model.config["sliding_window"] = 5;
  model.config["attn_logit_softcapping"] = 2.0;
  model.config["final_logit_softcapping"] = 3.0;
  model.rules.windows = {5, 0};
  model.rules.attention_cap = 2.0;
  model.rules.logit_cap = 3.0;
  model.gguf_keys = {{"attention.sliding_window", 5},
                     {"attn_logit_softcapping", 2.0},
                     {"final_logit_softcapping", 3.0}};
  make_tensors(model, {});
  return model;
}

/// The newer spelling with a rope for each kind of layer, or the older one of the first files.
ArchitectureModel gemma3(bool older) {
  ArchitectureModel model = base_model(older ? "gemma3, older config" : "gemma3",
                                       "Gemma3ForCausalLM", older ? "" : "gemma3");
  make_gemma(model);
  NaiveRules& rules = model.rules;
  rules.layers = 7;
  rules.qk_norm = NaiveRules::QkNorm::kHead;
  rules.windows = {5, 5, 5, 5, 5, 0, 5};
  rules.frequencies.assign(7, naive_frequencies(8, 100.0));
  rules.frequencies[5] = naive_frequencies(8, 1e6);
  model.config["num_hidden_layers"] = 7;
  model.config["sliding_window"] = 5;
  model.config["query_pre_attn_scalar"] = older ? 24 : 8;
  rules.scale = 1.0 / std::sqrt(older ? 24.0 : 8.0);
  if (older) {
    model.config["rope_theta"] = 1e6;
    model.config["rope_local_base_freq"] = 100.0;
    model.config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 8.0}};
    for (double& frequency : rules.frequencies[5]) {
      frequency /= 8.0;
    }
  } else {
    model.config["layer_types"] = json::array();
    for (const int64_t window : rules.windows) {
      model.config["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
    }
    model.config["rope_parameters"] = {
        {"full_attention", {{"rope_type", "default"}, {"rope_theta", 1e6}}},
        {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 100.0}}}};
  }
  model.gguf_keys = {
      {"attention.sliding_window", 5}, {"rope.freq_base", 1e6}, {"rope.freq_base_swa", 100.0}};
  make_tensors(model, {});
  return model;
}

/// What the models that see pictures have in their config, with the class's own sizes of heads.
ArchitectureModel gemma3_text_part() {
  ArchitectureModel model = gemma3(true);
  model.name = "gemma3, the text part of a larger model";
  json text = model.config;
  text.erase("architectures");
  text["model_type"] = "gemma3_text";
  model.config = {{"architectures", {"Gemma3ForConditionalGeneration"}},
                  {"model_type", "gemma3"},
                  {"mm_tokens_per_image", 256},
                  {"eos_token_id", {1, 2}},
                  {"text_config", text},
                  {"vision_config", {{"hidden_size", 16}}}};
  return model;
}

ArchitectureModel phi(bool longrope) {
  ArchitectureModel model = base_model(longrope ? "phi3 with longrope" : "phi3, a share rotated",
                                       "Phi3ForCausalLM", longrope ? "" : "phi3");
  NaiveRules& rules = model.rules;
  rules.qkv = NaiveRules::Qkv::kJoined;
  rules.joined = "self_attn.qkv_proj";
  rules.joined_gates = "mlp.gate_up_proj";
  rules.frequencies.assign(2, naive_frequencies(longrope ? 8 : 6, 10000.0));
  if (longrope) {
    model.config["original_max_position_embeddings"] = 32;
    model.config["rope_scaling"] = {{"type", "longrope"},
                                    {"short_factor", {1.0, 1.5, 2.0, 3.0}},
                                    {"long_factor", {2.0, 4.0, 8.0, 16.0}}};
    for (auto& frequencies : rules.frequencies) {
      frequencies[1] /= 1.5;
      frequencies[2] /= 2.0;
      frequencies[3] /= 3.0;
    }
    rules.magnitude = std::sqrt(1.0 + std::log(2.0) / std::log(32.0));
  } else {
    model.config["partial_rotary_factor"] = 0.75;
    model.config["sliding_window"] = 7;
    rules.windows = {7, 7};
    model.gguf_keys = {{"rope.dimension_count", 6}, {"attention.sliding_window", 7}};
  }
  model.gguf_names.push_back({"self_attn.qkv_proj", "attn_qkv"});
  model.gguf_names.push_back({"mlp.gate_up_proj", "ffn_up"});
  make_tensors(model, {});
  return model;
}

ArchitectureModel olmo2() {
  ArchitectureModel model = base_model("olmo2", "Olmo2ForCausalLM", "olmo2");
  NaiveRules& rules = model.rules;
  rules.attention_norm = rules.mlp_norm = "";
  rules.attention_post_norm = "post_attention_layernorm";
  rules.mlp_post_norm = "post_feedforward_layernorm";
  rules.qk_norm = NaiveRules::QkNorm::kAll;
  for (auto& [from, to] : model.gguf_names) {
    to = from == "post_attention_layernorm" ? "post_attention_norm" : to;
  }
  model.gguf_names.push_back({"post_feedforward_layernorm", "post_ffw_norm"});
  make_tensors(model, {});
  return model;
}

ArchitectureModel smollm3() {
  ArchitectureModel model = base_model("smollm3", "SmolLM3ForCausalLM", "smollm3");
  tie(model);
  model.rules.layers = 5;
  model.rules.frequencies.assign(5, naive_frequencies(8, 5000.0));
  model.rules.frequencies[3].clear();
  model.config["num_hidden_layers"] = 5;
  model.config["rope_theta"] = 5000.0;
  model.config["no_rope_layers"] = {1, 1, 1, 0, 1};
  model.gguf_keys = {{"rope.freq_base", 5000.0}};
  model.interleaved = true;
  make_tensors(model, {});
  return model;
}

ArchitectureModel granite() {
  ArchitectureModel model = base_model("granite", "GraniteForCausalLM", "granite");
  model.config["embedding_multiplier"] = 12.0;
  model.config["attention_multiplier"] = 0.05;
  model.config["residual_multiplier"] = 0.22;
  model.config["logits_scaling"] = 4.0;
  model.rules.embedding_factor = 12.0;
  model.rules.scale = 0.05;
  model.rules.residual_factor = 0.22;
  model.rules.logit_factor = 0.25;
  model.gguf_keys = {{"embedding_scale", 12.0},
                     {"attention.scale", 0.05},
                     {"residual_scale", 0.22},
                     {"logit_scale", 4.0}};
  model.interleaved = true;
  make_tensors(model, {});
  return model;
}

ArchitectureModel neox(bool parallel) {
  ArchitectureModel model = base_model(parallel ? "gpt_neox" : "gpt_neox, one after the other",
                                       "GPTNeoXForCausalLM", "gptneox");
  NaiveRules& rules = model.rules;
  rules.kv_heads = rules.heads;
  rules.layer_norm = true;
  rules.parallel = parallel;
  rules.activation = gelu;
  rules.prefix = "gpt_neox.layers.";
  rules.embedding = "gpt_neox.embed_in";
  rules.final_norm = "gpt_neox.final_layer_norm";
  rules.head = "embed_out";
  rules.qkv = NaiveRules::Qkv::kByHead;
  rules.joined = "attention.query_key_value";
  rules.output = "attention.dense";
  rules.gate = "";
  rules.up = "mlp.dense_h_to_4h";
  rules.down = "mlp.dense_4h_to_h";
  rules.frequencies.assign(2, naive_frequencies(2, 10000.0));
  model.config.erase("rms_norm_eps");
  model.config.erase("num_key_value_heads");
  model.config.erase("head_dim");
  model.config["layer_norm_eps"] = rules.epsilon;
  model.config["rotary_pct"] = 0.25;
  model.config["rotary_emb_base"] = 10000;
  model.config["hidden_act"] = "gelu";
  model.config["use_parallel_residual"] = parallel;
  model.gguf.clear();  // The format puts queries, keys and values into another order.
  make_tensors(model, {.qkv = true, .output = true, .mlp = true});
  return model;
}

ArchitectureModel plain_llama() {
  ArchitectureModel model = llama("llama");
  make_tensors(model, {});
  return model;
}

}  // namespace

std::vector<ArchitectureModel> architecture_models() {
  return {plain_llama(),   biased_llama(), llama3(),     linear_llama(),     yarn_llama(),
          dynamic_llama(), mistral(),      qwen2(),      windowed_qwen2(),   qwen3(),
          gemma2(),        gemma3(false),  gemma3(true), gemma3_text_part(), phi(false),
          phi(true),       olmo2(),        smollm3(),    granite(),          neox(true),
          neox(false)};
}

}  // namespace multistate::test
