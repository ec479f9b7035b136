#include "multistate/model/hf_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using nlohmann::json;

constexpr double kDefaultTheta = 10000.0;  // LlamaConfig's, when the key is absent.

/// Keys that the functions below read.
constexpr std::array<std::string_view, 19> kRead = {
    "architectures",
    "model_type",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "rms_norm_eps",
    "max_position_embeddings",
    "rope_theta",
    "rope_scaling",
    "rope_parameters",
    "tie_word_embeddings",
    "bos_token_id",
    "eos_token_id",
    "_name_or_path",
    "hidden_act",
};

/// Keys without influence on the logits of a text: training, bookkeeping, generation.
constexpr std::array<std::string_view, 14> kIrrelevant = {
    "attention_dropout",
    "initializer_range",
    "is_llama_config",
    "pad_token_id",
    "pretraining_tp",
    "torch_dtype",
    "dtype",
    "transformers.js_config",
    "use_cache",
    "transformers_version",
    "output_attentions",
    "output_hidden_states",
    "return_dict",
    "unsloth_fixed",
};

/// Switches of which only one position is built.
struct Switch {
  std::string_view key;
  bool value;
};
constexpr std::array<Switch, 3> kSwitches = {{
    {"attention_bias", false},
    {"mlp_bias", false},
    {"rope_interleaved", false},
}};

template <class Range>
bool contains(const Range& range, std::string_view key) {
  return std::find(range.begin(), range.end(), key) != range.end();
}

void check_keys(const JsonObject& config) {
  for (const auto& [key, value] : config.members().items()) {
    const bool is_switch =
        std::any_of(kSwitches.begin(), kSwitches.end(),
                    [&, name = &key](const Switch& s) { return s.key == *name; });
    if (!is_switch && !contains(kRead, key) && !contains(kIrrelevant, key)) {
      throw InputError(
          fmt::format("{}: the key {} (value {}) is not supported; remove it if it has no "
                      "influence on the computation",
                      config.source(), in_quotes(key), json_text(value)));
    }
  }
  for (const auto& [key, value] : kSwitches) {
    if (config.boolean(key).value_or(value) != value) {
      config.fail(key, value ? "true" : "false");
    }
  }
}

void check_kind(const JsonObject& config) {
  const json supported = json::array({"LlamaForCausalLM"});
  const json* architectures = config.find("architectures");
  if (architectures == nullptr || *architectures != supported) {
    throw InputError(fmt::format(
        "{}: 'architectures' is {}, which is not supported; supported: {}", config.source(),
        architectures == nullptr ? "missing" : json_text(*architectures), json_text(supported)));
  }
  if (config.string("hidden_act").value_or("silu") != "silu") {
    config.fail("hidden_act", "'silu'");
  }
}

/// RoPE without scaling is all that is built. `key` holds an object in either of the two spellings
/// of the type of scaling.
void check_rope_type(const JsonObject& config, std::string_view key) {
  const json* value = config.find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_object()) {
    config.fail(key, "an object");
  }
  const JsonObject rope(*value, fmt::format("{}: '{}'", config.source(), key));
  for (const auto& [name, member] : value->items()) {
    if (name == "rope_type" || name == "type") {
      if (member != "default") {
        rope.fail(name, "'default'");
      }
    } else if (name != "rope_theta") {
      throw InputError(
          fmt::format("{}: the key {} is not supported", rope.source(), in_quotes(name)));
    }
  }
}

double read_theta(const JsonObject& config) {
  check_rope_type(config, "rope_scaling");
  check_rope_type(config, "rope_parameters");
  const auto theta = config.number("rope_theta");
  const json* parameters = config.find("rope_parameters");
  if (parameters == nullptr) {
    return theta.value_or(kDefaultTheta);
  }
  const JsonObject rope(*parameters, fmt::format("{}: 'rope_parameters'", config.source()));
  const auto newer = rope.required(&JsonObject::number, "rope_theta");
  if (theta && *theta != newer) {
    throw InputError(fmt::format("{}: 'rope_theta' is {}, but that of 'rope_parameters' is {}",
                                 config.source(), *theta, newer));
  }
  return newer;
}

int64_t read_head_size(const JsonObject& config, const TransformerConfig& sizes) {
  const auto given = config.integer("head_dim");
  if (given) {
    return *given;
  }
  if (sizes.heads < 1 || sizes.hidden_size % sizes.heads != 0) {
    throw InputError(
        fmt::format("{}: 'hidden_size' {} is not a multiple of 'num_attention_heads' {}, and there "
                    "is no 'head_dim'",
                    config.source(), sizes.hidden_size, sizes.heads));
  }
  return sizes.hidden_size / sizes.heads;
}

TransformerConfig read_sizes(const JsonObject& config) {
  const auto size = [&](std::string_view key) {
    return config.required(&JsonObject::integer, key);
  };
  TransformerConfig sizes;
  sizes.architecture = "llama";
  sizes.name = config.string("_name_or_path").value_or("");
  sizes.layers = size("num_hidden_layers");
  sizes.heads = size("num_attention_heads");
  sizes.kv_heads = config.integer("num_key_value_heads").value_or(sizes.heads);
  sizes.hidden_size = size("hidden_size");
  sizes.intermediate_size = size("intermediate_size");
  sizes.vocabulary_size = size("vocab_size");
  sizes.context_length = size("max_position_embeddings");
  sizes.norm_epsilon = config.required(&JsonObject::number, "rms_norm_eps");
  sizes.rope_theta = read_theta(config);
  sizes.head_size = read_head_size(config, sizes);
  return sizes;
}

std::optional<int64_t> read_id(const JsonObject& config, std::string_view key, int64_t tokens) {
  const json* value = config.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const json& first = value->is_array() && !value->empty() ? value->front() : *value;
  if (!first.is_number_unsigned() || first.get<uint64_t>() >= static_cast<uint64_t>(tokens)) {
    config.fail(key, fmt::format("the id of a token, below {}", tokens));
  }
  return first.get<int64_t>();
}

}  // namespace

HfConfig read_hf_config(const std::filesystem::path& path) {
  const json parsed = parse_strict_json(read_file(path), path.string());
  const JsonObject config(parsed, path.string());
  check_kind(config);
  check_keys(config);
  HfConfig result;
  result.transformer = read_sizes(config);
  result.transformer.validate(config.source());
  result.tied = config.boolean("tie_word_embeddings").value_or(false);
  result.bos_id = read_id(config, "bos_token_id", result.transformer.vocabulary_size);
  result.eos_id = read_id(config, "eos_token_id", result.transformer.vocabulary_size);
  return result;
}

}  // namespace multistate
