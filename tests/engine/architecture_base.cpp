#include "engine/architecture_base.h"

#include <cmath>
#include <numbers>

#include "multistate/base/random.h"

namespace multistate::test {
namespace {

/// Adds random tensors, each a stream of its own. Weights are wide enough that no term is lost in
/// the tolerance.
class Maker {
 public:
  explicit Maker(ArchitectureModel& model) : model_(model), seed_(model.name.size() + 1) {
    for (const char c : model.name) {
      seed_ = 31 * seed_ + static_cast<unsigned char>(c);
    }
  }

  void linear(const std::string& name, int64_t out, int64_t in, bool bias = false) {
    add(name + ".weight", {out, in}, 0.0, 1.0 / std::sqrt(static_cast<double>(in)));
    if (bias) {
      add(name + ".bias", {out}, 0.0, 0.3);
    }
  }

  /// As trained ones lie: around 1, or around 0 where 1 is added.
  void norm(const std::string& name, int64_t size) {
    if (name.empty()) {
      return;
    }
    add(name + ".weight", {size}, 1.0 - model_.rules.norm_plus, 0.3);
    if (model_.rules.layer_norm) {
      add(name + ".bias", {size}, 0.0, 0.3);
    }
  }

 private:
  void add(const std::string& name, std::vector<int64_t> shape, double mean, double deviation) {
    Random random({seed_, model_.tensors.size()});
    NaiveTensor tensor;
    int64_t count = 1;
    for (const int64_t size : shape) {
      count *= size;
    }
    for (int64_t i = 0; i < count; ++i) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
      tensor.values.push_back(static_cast<float>(
          mean + deviation * radius * std::cos(2.0 * std::numbers::pi * random.uniform())));
    }
    tensor.shape = std::move(shape);
    model_.tensors.emplace(name, std::move(tensor));
  }

  ArchitectureModel& model_;
  uint64_t seed_;
};

}  // namespace

void make_tensors(ArchitectureModel& model, const Biases& biases) {
  const NaiveRules& rules = model.rules;
  Maker maker(model);
  const int64_t queries = rules.heads * rules.head_size;
  const int64_t keys = rules.kv_heads * rules.head_size;
  maker.linear(rules.embedding, kModelTokens, kModelHidden);
  for (int64_t layer = 0; layer < rules.layers; ++layer) {
    const auto in_layer = [&](const std::string& name) {
      return name.empty() ? name : rules.prefix + std::to_string(layer) + "." + name;
    };
    for (const auto* name : {&rules.attention_norm, &rules.attention_post_norm, &rules.mlp_norm,
                             &rules.mlp_post_norm}) {
      maker.norm(in_layer(*name), kModelHidden);
    }
    if (rules.qkv == NaiveRules::Qkv::kApart) {
      maker.linear(in_layer("self_attn.q_proj"), queries, kModelHidden, biases.qkv);
      maker.linear(in_layer("self_attn.k_proj"), keys, kModelHidden, biases.qkv);
      maker.linear(in_layer("self_attn.v_proj"), keys, kModelHidden, biases.qkv);
    } else {
      maker.linear(in_layer(rules.joined), queries + 2 * keys, kModelHidden, biases.qkv);
    }
    if (rules.qk_norm != NaiveRules::QkNorm::kNone) {
      const bool by_head = rules.qk_norm == NaiveRules::QkNorm::kHead;
      maker.norm(in_layer("self_attn.q_norm"), by_head ? rules.head_size : queries);
      maker.norm(in_layer("self_attn.k_norm"), by_head ? rules.head_size : keys);
    }
    maker.linear(in_layer(rules.output), kModelHidden, queries, biases.output);
    if (!rules.joined_gates.empty()) {
      maker.linear(in_layer(rules.joined_gates), 2 * kModelInner, kModelHidden);
    } else {
      if (!rules.gate.empty()) {
        maker.linear(in_layer(rules.gate), kModelInner, kModelHidden, biases.mlp);
      }
      maker.linear(in_layer(rules.up), kModelInner, kModelHidden, biases.mlp);
    }
    maker.linear(in_layer(rules.down), kModelHidden, kModelInner, biases.mlp);
  }
  maker.norm(rules.final_norm, kModelHidden);
  if (rules.head != rules.embedding) {
    maker.linear(rules.head, kModelTokens, kModelHidden);
  }
}

ArchitectureModel base_model(const std::string& name, const std::string& hugging_face,
                             const std::string& gguf) {
  ArchitectureModel model;
  model.name = name;
  NaiveRules& rules = model.rules;
  rules.scale = 1.0 / std::sqrt(static_cast<double>(rules.head_size));
  rules.activation = silu;
  rules.frequencies.assign(2, naive_frequencies(rules.head_size, 10000.0));
  model.config = {{"architectures", {hugging_face}},    {"num_hidden_layers", rules.layers},
                  {"num_attention_heads", rules.heads}, {"num_key_value_heads", rules.kv_heads},
                  {"head_dim", rules.head_size},        {"hidden_size", kModelHidden},
                  {"intermediate_size", kModelInner},   {"max_position_embeddings", kModelContext},
                  {"vocab_size", kModelTokens},         {"rms_norm_eps", rules.epsilon},
                  {"tie_word_embeddings", false}};
  model.gguf = gguf;
  model.gguf_names = {{"model.embed_tokens", "token_embd"},
                      {"model.norm", "output_norm"},
                      {"lm_head", "output"},
                      {"model.layers", "blk"},
                      {"input_layernorm", "attn_norm"},
                      {"post_attention_layernorm", "ffn_norm"},
                      {"self_attn.q_proj", "attn_q"},
                      {"self_attn.k_proj", "attn_k"},
                      {"self_attn.v_proj", "attn_v"},
                      {"self_attn.o_proj", "attn_output"},
                      {"self_attn.q_norm", "attn_q_norm"},
                      {"self_attn.k_norm", "attn_k_norm"},
                      {"mlp.gate_proj", "ffn_gate"},
                      {"mlp.up_proj", "ffn_up"},
                      {"mlp.down_proj", "ffn_down"}};
  model.interleaved = gguf == "llama";
  return model;
}

void tie(ArchitectureModel& model) {
  model.config["tie_word_embeddings"] = true;
  model.rules.head = model.rules.embedding;
}

}  // namespace multistate::test
