#include "multistate/checkpoint/gguf_keys.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/rope_gguf.h"

namespace multistate {
namespace {

/// A key that may be there as long as its value changes nothing; an empty value: any will do.
struct Neutral {
  std::string_view key;
  std::string_view value;
};

constexpr std::array<Neutral, 15> kNeutral = {{
    {"expert_count", "0"},
    {"expert_used_count", "0"},
    {"attention.sliding_window", "0"},
    {"attention.causal", "true"},
    {"attention.clamp_kqv", "0"},
    {"attention.max_alibi_bias", "0"},
    {"rope.scaling.type", "none"},
    {"rope.scaling.factor", "1"},
    {"rope.scaling.attn_factor", "1"},
    {"rope.scaling.original_context_length", ""},
    {"rope.scaling.finetuned", ""},
    {"rope.scale_linear", "1"},
    {"use_parallel_residual", "false"},
    {"logit_scale", "1"},
    {"tensor_data_layout", "Meta AI original pth"},
}};

/// The key's value, or the hidden size shared out among the heads.
int64_t read_head_size(GgufKeys& keys, int64_t hidden, int64_t heads) {
  if (const auto given = keys.integer("attention.key_length")) {
    return *given;
  }
  if (heads < 1 || hidden % heads != 0) {
    throw InputError(fmt::format("{}: '{}' {} is not a multiple of '{}' {}, and there is no '{}'",
                                 keys.source(), keys.full("embedding_length"), hidden,
                                 keys.full("attention.head_count"), heads,
                                 keys.full("attention.key_length")));
  }
  return hidden / heads;
}

/// The key's value, or the number of rows of the embedding.
int64_t read_vocabulary_size(GgufKeys& keys) {
  if (const auto given = keys.integer("vocab_size")) {
    return *given;
  }
  const GgufTensor* embedding = keys.tensor("token_embd.weight");
  if (embedding == nullptr) {
    throw InputError(
        fmt::format("{}: neither the key '{}' nor the tensor 'token_embd.weight' is there",
                    keys.source(), keys.full("vocab_size")));
  }
  return embedding->shape.front();
}

}  // namespace

GgufKeys::GgufKeys(const GgufContent& content, std::string_view architecture)
    : content_(content), prefix_(std::string(architecture) + ".") {}

std::string GgufKeys::full(std::string_view name) const {
  return prefix_ + std::string(name);
}

std::string GgufKeys::read(std::string_view name) {
  return *read_.insert(full(name)).first;
}

std::optional<int64_t> GgufKeys::integer(std::string_view name) {
  return content_.metadata.integer(read(name));
}

std::optional<double> GgufKeys::number(std::string_view name) {
  return content_.metadata.number(read(name));
}

std::optional<bool> GgufKeys::boolean(std::string_view name) {
  return content_.metadata.boolean(read(name));
}

std::optional<std::string> GgufKeys::string(std::string_view name) {
  const auto value = content_.metadata.string(read(name));
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::optional<std::vector<int64_t>> GgufKeys::integers(std::string_view name) {
  return content_.metadata.integers(read(name));
}

int64_t GgufKeys::required_integer(std::string_view name) {
  return content_.metadata.required(&GgufMetadata::integer, read(name));
}

double GgufKeys::required_number(std::string_view name) {
  return content_.metadata.required(&GgufMetadata::number, read(name));
}

bool GgufKeys::has(std::string_view name) const {
  return content_.metadata.find(full(name)) != nullptr;
}

void GgufKeys::skip(std::string_view name) {
  read(name);
}

const GgufTensor* GgufKeys::tensor(std::string_view name) const {
  const auto found = std::find_if(content_.tensors.begin(), content_.tensors.end(),
                                  [&](const GgufTensor& one) { return one.name == name; });
  return found == content_.tensors.end() ? nullptr : &*found;
}

void GgufKeys::fail(std::string_view name, std::string_view supported) const {
  throw InputError(fmt::format("{}: {} is {}; supported: {}", source(), in_quotes(full(name)),
                               in_quotes(to_text(*content_.metadata.find(full(name)))), supported));
}

void GgufKeys::check_all_read() const {
  for (const auto& [key, value] : content_.metadata.values()) {
    if (!key.starts_with(prefix_) || read_.contains(key)) {
      continue;
    }
    const auto* neutral = std::find_if(
        kNeutral.begin(), kNeutral.end(),
        [&, name = &key](const Neutral& candidate) { return full(candidate.key) == *name; });
    if (neutral == kNeutral.end()) {
      throw InputError(fmt::format("{}: the key {} (value {}) is not supported", source(),
                                   in_quotes(key), in_quotes(to_text(value))));
    }
    if (!neutral->value.empty() && to_text(value) != neutral->value) {
      throw InputError(fmt::format("{}: {} is {}, which is not supported; supported: '{}'",
                                   source(), in_quotes(key), in_quotes(to_text(value)),
                                   neutral->value));
    }
  }
}

DecoderSpec read_usual_gguf(GgufKeys& keys, const std::string& architecture, WeightLayout& layout,
                            std::string_view epsilon_key) {
  DecoderSpec spec;
  spec.architecture = architecture;
  spec.name = keys.content().metadata.string("general.name").value_or("");
  const int64_t layers = keys.required_integer("block_count");
  check_layer_count(keys.source(), layers);
  LayerSpec layer;
  AttentionSpec& attention = layer.attention;
  attention.heads = keys.required_integer("attention.head_count");
  attention.kv_heads = keys.integer("attention.head_count_kv").value_or(attention.heads);
  spec.hidden_size = keys.required_integer("embedding_length");
  layer.mlp.size = keys.required_integer("feed_forward_length");
  spec.context_length = keys.required_integer("context_length");
  spec.norm_epsilon = keys.required_number(epsilon_key);
  attention.head_size = read_head_size(keys, spec.hidden_size, attention.heads);
  attention.scale = 1.0 / std::sqrt(static_cast<double>(attention.head_size));
  spec.vocabulary_size = read_vocabulary_size(keys);
  spec.tied = keys.tensor("output.weight") == nullptr;
  const auto value_size = keys.integer("attention.value_length");
  if (value_size && *value_size != attention.head_size) {
    keys.fail("attention.value_length", fmt::format("the head size, {}", attention.head_size));
  }
  spec.layers.assign(static_cast<size_t>(layers), layer);
  spec.validate(keys.source());  // What follows divides by sizes, and needs memory for them.
  const auto rotation = read_gguf_rotation(keys, spec, attention.head_size, layout);
  for (LayerSpec& one : spec.layers) {
    one.attention.rotation = rotation;
  }
  return spec;
}

}  // namespace multistate
