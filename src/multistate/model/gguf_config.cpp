#include "multistate/model/gguf_config.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kArchitecture = "llama";
constexpr std::string_view kPrefix = "llama.";
constexpr double kDefaultTheta = 10000.0;  // The format's, when the key is absent.

/// Keys of `llama.*` that read_sizes() takes.
constexpr std::array<std::string_view, 12> kSizes = {
    "block_count",          "context_length",
    "embedding_length",     "feed_forward_length",
    "attention.head_count", "attention.head_count_kv",
    "attention.key_length", "attention.value_length",
    "rope.dimension_count", "rope.freq_base",
    "vocab_size",           "attention.layer_norm_rms_epsilon",
};

/// A key that may be there as long as its value changes nothing; an empty value: any will do.
struct Neutral {
  std::string_view key;
  std::string_view value;
};

constexpr std::array<Neutral, 13> kNeutral = {{
    {"expert_count", "0"},
    {"expert_used_count", "0"},
    {"attention.sliding_window", "0"},
    {"attention.causal", "true"},
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

void check_file_kind(const GgufMetadata& metadata) {
  const auto type = metadata.string("general.type").value_or("model");
  if (type != "model") {
    throw InputError(fmt::format("{}: 'general.type' is {}; supported: 'model'", metadata.source(),
                                 in_quotes(type)));
  }
  const auto architecture = metadata.required(&GgufMetadata::string, "general.architecture");
  if (architecture != kArchitecture) {
    throw InputError(fmt::format("{}: the architecture {} is not supported; supported: '{}'",
                                 metadata.source(), in_quotes(architecture), kArchitecture));
  }
  const auto parts = metadata.integer("split.count").value_or(1);
  if (parts > 1) {
    throw InputError(fmt::format(
        "{}: is one of {} files ('split.count'); merge them with llama-gguf-split --merge first",
        metadata.source(), parts));
  }
}

void check_llama_key(const GgufMetadata& metadata, std::string_view key, const GgufValue& value) {
  const std::string_view name = key.substr(kPrefix.size());
  if (std::find(kSizes.begin(), kSizes.end(), name) != kSizes.end()) {
    return;
  }
  const auto* neutral =
      std::find_if(kNeutral.begin(), kNeutral.end(),
                   [&](const Neutral& candidate) { return candidate.key == name; });
  if (neutral == kNeutral.end()) {
    throw InputError(fmt::format("{}: the key {} (value {}) is not supported", metadata.source(),
                                 in_quotes(key), in_quotes(to_text(value))));
  }
  if (!neutral->value.empty() && to_text(value) != neutral->value) {
    throw InputError(fmt::format("{}: {} is {}, which is not supported; supported: '{}'",
                                 metadata.source(), in_quotes(key), in_quotes(to_text(value)),
                                 neutral->value));
  }
}

void check_llama_keys(const GgufMetadata& metadata) {
  for (const auto& [key, value] : metadata.values()) {
    if (key.starts_with(kPrefix)) {
      check_llama_key(metadata, key, value);
    }
  }
}

int64_t required_size(const GgufMetadata& metadata, std::string_view name) {
  return metadata.required(&GgufMetadata::integer, fmt::format("{}{}", kPrefix, name));
}

std::optional<int64_t> optional_size(const GgufMetadata& metadata, std::string_view name) {
  return metadata.integer(fmt::format("{}{}", kPrefix, name));
}

/// The key's value, or the hidden size shared out among the heads.
int64_t read_head_size(const GgufMetadata& metadata, const TransformerConfig& config) {
  const auto given = optional_size(metadata, "attention.key_length");
  if (given) {
    return *given;
  }
  if (config.heads < 1 || config.hidden_size % config.heads != 0) {
    throw InputError(
        fmt::format("{}: 'llama.embedding_length' {} is not a multiple of "
                    "'llama.attention.head_count' {}, and there is no "
                    "'llama.attention.key_length'",
                    metadata.source(), config.hidden_size, config.heads));
  }
  return config.hidden_size / config.heads;
}

/// Values as long as keys, and RoPE over the whole of a head, are all that is built.
void check_head_size(const GgufMetadata& metadata, const TransformerConfig& config) {
  for (const auto* name : {"attention.value_length", "rope.dimension_count"}) {
    const auto size = optional_size(metadata, name);
    if (size && *size != config.head_size) {
      throw InputError(fmt::format("{}: 'llama.{}' is {}; supported: the head size, {}",
                                   metadata.source(), name, *size, config.head_size));
    }
  }
}

/// The key's value, or the number of rows of the embedding.
int64_t read_vocabulary_size(const GgufContent& content) {
  const auto given = optional_size(content.metadata, "vocab_size");
  if (given) {
    return *given;
  }
  for (const GgufTensor& tensor : content.tensors) {
    if (tensor.name == "token_embd.weight") {
      return tensor.shape.front();
    }
  }
  throw InputError(
      fmt::format("{}: neither the key 'llama.vocab_size' nor the tensor "
                  "'token_embd.weight' is there",
                  content.metadata.source()));
}

TransformerConfig read_sizes(const GgufContent& content) {
  const GgufMetadata& metadata = content.metadata;
  TransformerConfig config;
  config.architecture = kArchitecture;
  config.name = metadata.string("general.name").value_or("");
  config.layers = required_size(metadata, "block_count");
  config.heads = required_size(metadata, "attention.head_count");
  config.kv_heads = optional_size(metadata, "attention.head_count_kv").value_or(config.heads);
  config.hidden_size = required_size(metadata, "embedding_length");
  config.intermediate_size = required_size(metadata, "feed_forward_length");
  config.context_length = required_size(metadata, "context_length");
  config.norm_epsilon =
      metadata.required(&GgufMetadata::number, "llama.attention.layer_norm_rms_epsilon");
  config.rope_theta = metadata.number("llama.rope.freq_base").value_or(kDefaultTheta);
  config.head_size = read_head_size(metadata, config);
  config.vocabulary_size = read_vocabulary_size(content);
  return config;
}

}  // namespace

TransformerConfig read_gguf_config(const GgufContent& content) {
  check_file_kind(content.metadata);
  check_llama_keys(content.metadata);
  TransformerConfig config = read_sizes(content);
  config.validate(content.metadata.source());
  check_head_size(content.metadata, config);
  return config;
}

}  // namespace multistate
