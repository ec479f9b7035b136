#include "multistate/checkpoint/config_keys.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/rope_config.h"

namespace multistate {
namespace {

using nlohmann::json;

/// A key that never has an influence on the logits of a text, and why.
struct Harmless {
  std::string_view key;
  std::string_view reason;
};

constexpr std::string_view kTraining = "of training only";
constexpr std::string_view kGeneration = "of generation only";
constexpr std::string_view kBookkeeping = "about the file or the software";

constexpr std::array<Harmless, 37> kHarmless = {{
    {"attention_dropout", kTraining},
    {"attn_pdrop", kTraining},
    {"embd_pdrop", kTraining},
    {"resid_pdrop", kTraining},
    {"hidden_dropout", kTraining},
    {"classifier_dropout", kTraining},
    {"initializer_range", kTraining},
    {"max_sequence_length", kTraining},
    {"router_aux_loss_coef", kTraining},
    {"residual_in_fp32", kTraining},
    {"gradient_checkpointing", kTraining},
    {"pad_token_id", kGeneration},
    {"use_cache", kGeneration},
    {"cache_implementation", kGeneration},
    {"forced_eos_token_id", kGeneration},
    {"model_max_length", kGeneration},
    {"output_attentions", kGeneration},
    {"output_hidden_states", kGeneration},
    {"return_dict", kGeneration},
    {"model_type", kBookkeeping},
    {"torch_dtype", kBookkeeping},
    {"dtype", kBookkeeping},
    {"transformers_version", kBookkeeping},
    {"transformers.js_config", kBookkeeping},
    {"unsloth_fixed", kBookkeeping},
    {"unsloth_version", kBookkeeping},
    {"_attn_implementation", kBookkeeping},
    {"_attn_implementation_autoset", kBookkeeping},
    {"attn_implementation", kBookkeeping},
    {"use_flash_attn", kBookkeeping},
    {"tokenizer_class", kBookkeeping},
    {"auto_map", kBookkeeping},
    {"is_llama_config", kBookkeeping},
    {"ignore_keys_at_rope_validation", kBookkeeping},
    {"pretraining_tp", "splits products among devices"},
    {"chunk_size_feed_forward", "splits products in time"},
    {"is_decoder", "says what the class says"},
}};

int64_t read_head_size(ConfigKeys& keys, int64_t hidden, int64_t heads,
                       std::optional<int64_t> usual) {
  const auto given = keys.integer("head_dim");
  if (given || usual) {
    return given ? *given : *usual;
  }
  if (heads < 1 || hidden % heads != 0) {
    throw InputError(
        fmt::format("{}: 'hidden_size' {} is not a multiple of 'num_attention_heads' {}, and there "
                    "is no 'head_dim'",
                    keys.source(), hidden, heads));
  }
  return hidden / heads;
}

int64_t integer_or(ConfigKeys& keys, std::string_view key, std::optional<int64_t> usual) {
  return usual ? keys.integer(key).value_or(*usual) : keys.required_integer(key);
}

/// Throws InputError if `layer_types` says anything but `type`.
void expect_layers(ConfigKeys& keys, std::string_view type) {
  const json* types = keys.find("layer_types");
  if (types == nullptr) {
    return;
  }
  const auto same = [type](const json& one) { return one == type; };
  if (!types->is_array() || !std::all_of(types->begin(), types->end(), same)) {
    keys.fail("layer_types", fmt::format("'{}' for every layer", type));
  }
}

/// Which layers have a window, by the list 'layer_types'.
std::vector<bool> windows_of(const json& types, const ConfigKeys& keys, size_t layers) {
  if (!types.is_array() || types.size() != layers) {
    keys.fail("layer_types", fmt::format("a list of {} entries", layers));
  }
  std::vector<bool> windowed;
  for (const json& type : types) {
    if (type != "full_attention" && type != "sliding_attention") {
      keys.fail("layer_types", "'full_attention' or 'sliding_attention' for every layer");
    }
    windowed.push_back(type == "sliding_attention");
  }
  return windowed;
}

}  // namespace

bool ConfigKeys::has(std::string_view key) const {
  return members().contains(std::string(key));
}

const json* ConfigKeys::find(std::string_view key) {
  read_.emplace(key);
  return object_.find(key);
}

std::optional<int64_t> ConfigKeys::integer(std::string_view key) {
  read_.emplace(key);
  return object_.integer(key);
}

std::optional<double> ConfigKeys::number(std::string_view key) {
  read_.emplace(key);
  return object_.number(key);
}

std::optional<bool> ConfigKeys::boolean(std::string_view key) {
  read_.emplace(key);
  return object_.boolean(key);
}

std::optional<std::string> ConfigKeys::string(std::string_view key) {
  read_.emplace(key);
  return object_.string(key);
}

std::optional<std::vector<double>> ConfigKeys::numbers(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto is_number = [](const json& item) { return item.is_number(); };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_number)) {
    fail(key, "a list of numbers");
  }
  return value->get<std::vector<double>>();
}

int64_t ConfigKeys::required_integer(std::string_view key) {
  read_.emplace(key);
  return object_.required(&JsonObject::integer, key);
}

double ConfigKeys::required_number(std::string_view key) {
  read_.emplace(key);
  return object_.required(&JsonObject::number, key);
}

void ConfigKeys::accept(std::string_view key, const std::vector<json>& values) {
  const json* value = find(key);
  if (value == nullptr || std::find(values.begin(), values.end(), *value) != values.end()) {
    return;
  }
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const json& allowed : values) {
    texts.push_back(allowed.is_string() ? in_quotes(allowed.get<std::string>()) : allowed.dump());
  }
  fail(key, texts.empty() ? "null" : join(texts, " or "));
}

void ConfigKeys::skip(std::initializer_list<std::string_view> keys) {
  read_.insert(keys.begin(), keys.end());
}

void ConfigKeys::check_all_read(std::string_view whom) const {
  for (const auto& [key, value] : members().items()) {
    const auto same = [name = &key](const Harmless& one) { return one.key == *name; };
    if (!read_.contains(key) && std::none_of(kHarmless.begin(), kHarmless.end(), same)) {
      throw InputError(fmt::format("{}: the key {} (value {}) is not supported for {}", source(),
                                   in_quotes(key), json_text(value), whom));
    }
  }
}

Activation read_activation(ConfigKeys& keys, std::string_view key, std::string_view fallback) {
  const std::string name = keys.string(key).value_or(std::string(fallback));
  if (name == "silu" || name == "swish") {
    return Activation::kSilu;
  }
  if (name == "gelu") {
    return Activation::kGelu;
  }
  if (name == "gelu_pytorch_tanh" || name == "gelu_new" || name == "gelu_fast") {
    return Activation::kGeluTanh;
  }
  keys.fail(key, "'silu', 'gelu' or 'gelu_pytorch_tanh'");
}

DecoderSpec read_usual_config(ConfigKeys& keys, const std::string& architecture,
                              const ConfigDefaults& defaults) {
  DecoderSpec spec;
  spec.architecture = architecture;
  spec.name = keys.string("_name_or_path").value_or("");
  spec.hidden_size = keys.required_integer("hidden_size");
  spec.vocabulary_size = integer_or(keys, "vocab_size", defaults.vocabulary_size);
  spec.context_length = integer_or(keys, "max_position_embeddings", defaults.context_length);
  spec.norm_epsilon = keys.number(defaults.norm_key).value_or(defaults.norm_epsilon);
  spec.tied = keys.boolean("tie_word_embeddings").value_or(defaults.tied);
  LayerSpec layer;
  AttentionSpec& attention = layer.attention;
  attention.heads = integer_or(keys, "num_attention_heads", defaults.heads);
  attention.kv_heads =
      keys.integer("num_key_value_heads").value_or(defaults.kv_heads.value_or(attention.heads));
  attention.head_size = read_head_size(keys, spec.hidden_size, attention.heads, defaults.head_size);
  attention.scale = 1.0 / std::sqrt(static_cast<double>(attention.head_size));
  layer.mlp.size = keys.required_integer("intermediate_size");
  layer.mlp.activation =
      read_activation(keys, defaults.activation_key,
                      defaults.activation_key == "hidden_act" ? "silu" : "gelu_pytorch_tanh");
  const int64_t layers = keys.required_integer("num_hidden_layers");
  check_layer_count(keys.source(), layers);
  spec.layers.assign(static_cast<size_t>(layers), layer);
  spec.validate(keys.source());  // What follows divides by sizes, and needs memory for them.
  if (!defaults.reads_rotations) {
    const auto rotation =
        read_rotation(keys, spec, attention.head_size,
                      {.theta = defaults.rope_theta, .share = defaults.rotated_share});
    for (LayerSpec& one : spec.layers) {
      one.attention.rotation = rotation;
    }
  }
  return spec;
}

std::vector<bool> read_windows(ConfigKeys& keys, DecoderSpec& spec, std::vector<bool> windowed,
                               std::optional<int64_t> fallback) {
  if (const json* types = keys.find("layer_types")) {
    windowed = windows_of(*types, keys, spec.layers.size());
  }
  const bool absent = !keys.has("sliding_window");
  const auto given = keys.integer("sliding_window");
  const auto window = absent ? fallback : given;
  for (size_t layer = 0; layer < windowed.size(); ++layer) {
    if (windowed[layer] && !window) {
      throw InputError(
          fmt::format("{}: layer {} has a sliding window, but 'sliding_window' does "
                      "not say of how many tokens",
                      keys.source(), layer));
    }
    if (windowed[layer]) {
      spec.layers[layer].attention.window = window;
    }
  }
  return windowed;
}

void read_switched_windows(ConfigKeys& keys, DecoderSpec& spec) {
  if (!keys.boolean("use_sliding_window").value_or(false)) {
    keys.skip({"sliding_window", "max_window_layers"});
    expect_full_layers(keys);
    return;
  }
  const auto first = keys.integer("max_window_layers");
  if (!first && !keys.has("layer_types")) {
    throw InputError(
        fmt::format("{}: 'use_sliding_window' is true, but neither 'layer_types' nor "
                    "'max_window_layers' says in which layers",
                    keys.source()));
  }
  std::vector<bool> windowed;
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    windowed.push_back(layer >= first.value_or(0));
  }
  read_windows(keys, spec, windowed);
}

void read_equal_windows(ConfigKeys& keys, DecoderSpec& spec, bool windowed,
                        std::optional<int64_t> fallback) {
  expect_layers(keys, windowed ? "sliding_attention" : "full_attention");
  read_windows(keys, spec, std::vector<bool>(spec.layers.size(), windowed), fallback);
}

void expect_full_layers(ConfigKeys& keys) {
  expect_layers(keys, "full_attention");
}

}  // namespace multistate
