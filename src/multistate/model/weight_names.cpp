#include "multistate/model/weight_names.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace multistate {
namespace {

struct Pair {
  std::string_view hugging_face;
  std::string_view gguf;
};

constexpr std::array<Pair, 3> kModelWeights = {{
    {"model.embed_tokens.weight", "token_embd.weight"},
    {"model.norm.weight", "output_norm.weight"},
    {"lm_head.weight", "output.weight"},
}};

constexpr Pair kLayerPrefix = {"model.layers.", "blk."};

constexpr std::array<Pair, 9> kLayerWeights = {{
    {"input_layernorm.weight", "attn_norm.weight"},
    {"self_attn.q_proj.weight", "attn_q.weight"},
    {"self_attn.k_proj.weight", "attn_k.weight"},
    {"self_attn.v_proj.weight", "attn_v.weight"},
    {"self_attn.o_proj.weight", "attn_output.weight"},
    {"post_attention_layernorm.weight", "ffn_norm.weight"},
    {"mlp.gate_proj.weight", "ffn_gate.weight"},
    {"mlp.up_proj.weight", "ffn_up.weight"},
    {"mlp.down_proj.weight", "ffn_down.weight"},
}};

/// The number that starts `text`, written as a program would ("7", not "07"), and the dot after it,
/// are taken off.
std::optional<int64_t> take_layer(std::string_view& text) {
  int64_t layer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), layer);
  const auto digits = static_cast<size_t>(end - text.data());
  if (error != std::errc() || layer < 0 || std::to_string(layer) != text.substr(0, digits)) {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  if (!text.starts_with('.')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  return layer;
}

std::optional<WeightName> find_weight(std::string_view name, std::string_view Pair::*side) {
  for (const Pair& weight : kModelWeights) {
    if (weight.*side == name) {
      return WeightName{std::string(weight.hugging_face), std::string(weight.gguf), std::nullopt};
    }
  }
  if (!name.starts_with(kLayerPrefix.*side)) {
    return std::nullopt;
  }
  std::string_view rest = name.substr((kLayerPrefix.*side).size());
  const auto layer = take_layer(rest);
  for (const Pair& weight : kLayerWeights) {
    if (layer && weight.*side == rest) {
      return WeightName{
          fmt::format("{}{}.{}", kLayerPrefix.hugging_face, *layer, weight.hugging_face),
          fmt::format("{}{}.{}", kLayerPrefix.gguf, *layer, weight.gguf), layer};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<WeightName> weight_by_hugging_face_name(std::string_view name) {
  return find_weight(name, &Pair::hugging_face);
}

std::optional<WeightName> weight_by_gguf_name(std::string_view name) {
  return find_weight(name, &Pair::gguf);
}

}  // namespace multistate
