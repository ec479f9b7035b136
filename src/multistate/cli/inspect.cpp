#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/model/model_file.h"
#include "multistate/model/weight_types.h"
#include "multistate/text/chat_format.h"

namespace multistate {
namespace {

struct TypeUse {
  int64_t tensors = 0;
  int64_t bytes = 0;
};

std::map<std::string, TypeUse> types_of(const ModelFile& file) {
  std::map<std::string, TypeUse> types;
  for (const TensorInfo& tensor : file.tensors()) {
    TypeUse& use = types[tensor.type];
    ++use.tensors;
    use.bytes += tensor.bytes;
  }
  return types;
}

/// Keys and values of one row in all layers, float32.
int64_t state_bytes_per_row(const DecoderSpec& spec) {
  return spec.row_bytes(sizeof(float));
}

/// Bytes of the state of a text as long as the context, no row given up but by windows.
int64_t state_bytes_in_full(const DecoderSpec& spec) {
  int64_t bytes = 0;
  for (const LayerSpec& layer : spec.layers) {
    const AttentionSpec& attention = layer.attention;
    const int64_t window = attention.window.value_or(spec.context_length + 1) - 1;
    bytes += std::min(window, spec.context_length) * 2 * attention.kv_heads * attention.head_size *
             static_cast<int64_t>(sizeof(float));
  }
  return bytes;
}

std::string rotation_text(const RotationSpec& rotation, int64_t head_size) {
  if (rotation.size == 0) {
    return "none";
  }
  std::string text = fmt::format("theta {}", rotation.theta);
  if (rotation.scaling != "none") {
    text += fmt::format(", scaling {}", rotation.scaling);
  }
  if (rotation.size != head_size) {
    text += fmt::format(", {} of {} elements", rotation.size, head_size);
  }
  return text;
}

/// Layers that are alike, as "5 layers: ...", in the order of their first.
struct LayerKind {
  int64_t layers = 0;
  std::optional<int64_t> window;
  std::string rotation;
};

std::vector<LayerKind> layer_kinds(const DecoderSpec& spec) {
  std::vector<LayerKind> kinds;
  for (const LayerSpec& layer : spec.layers) {
    const AttentionSpec& attention = layer.attention;
    const std::string rotation = rotation_text(attention.rotation, attention.head_size);
    const auto same = [&](const LayerKind& kind) {
      return kind.window == attention.window && kind.rotation == rotation;
    };
    const auto found = std::find_if(kinds.begin(), kinds.end(), same);
    if (found == kinds.end()) {
      kinds.push_back({1, attention.window, rotation});
    } else {
      ++found->layers;
    }
  }
  return kinds;
}

std::string window_text(const LayerKind& kind) {
  return kind.window ? fmt::format("a window of {} tokens", *kind.window) : "full attention";
}

/// The chat format's name, or why there is none.
std::string chat_text(const Tokenizer& tokenizer) {
  try {
    return chat_format(tokenizer).name;
  } catch (const InputError& error) {
    return fmt::format("none: {}", error.what());
  }
}

nlohmann::json to_json(const ModelFile& file, const Tokenizer& tokenizer) {
  const DecoderSpec& spec = file.spec();
  const LayerSpec& first = spec.layers.front();
  nlohmann::json types = nlohmann::json::object();
  for (const auto& [type, use] : types_of(file)) {
    types[type] = {{"tensors", use.tensors}, {"bytes", use.bytes}};
  }
  const WeightTypes weights = weight_types(file.tensors());
  auto files = nlohmann::json::array();
  for (const auto& path : file.files()) {
    files.push_back({{"path", path.string()}, {"sha256", sha256_file(path)}});
  }
  auto kinds = nlohmann::json::array();
  for (const LayerKind& kind : layer_kinds(spec)) {
    kinds.push_back({{"layers", kind.layers},
                     {"window", kind.window ? nlohmann::json(*kind.window) : nlohmann::json()},
                     {"rope", kind.rotation}});
  }
  return {{"format", file.format()},
          {"files", files},
          {"architecture", spec.architecture},
          {"name", spec.name},
          {"layers", spec.layer_count()},
          {"layer_kinds", kinds},
          {"heads", first.attention.heads},
          {"kv_heads", first.attention.kv_heads},
          {"head_size", first.attention.head_size},
          {"hidden_size", spec.hidden_size},
          {"intermediate_size", first.mlp.size},
          {"vocabulary_size", spec.vocabulary_size},
          {"context_length", spec.context_length},
          {"norm_epsilon", spec.norm_epsilon},
          {"rope_theta", first.attention.rotation.theta},
          {"parameters", weights.parameters},
          {"weights", weights.text()},
          {"bits_per_weight", weights.bits_per_weight()},
          {"tensor_types", types},
          {"tokenizer", tokenizer.description()},
          {"tokenizer_sha256", tokenizer.sha256()},
          {"chat_format", chat_text(tokenizer)},
          {"state_bytes_per_row", state_bytes_per_row(spec)}};
}

void print_text(const ModelFile& file, const Tokenizer& tokenizer) {
  const DecoderSpec& spec = file.spec();
  const LayerSpec& first = spec.layers.front();
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<18} {}\n", name, value);
  };
  line("format", file.format());
  line("architecture", fmt::format("{} {}", spec.architecture, spec.name));
  const WeightTypes weights = weight_types(file.tensors());
  line("parameters", human_count(weights.parameters));
  line("weights", weights.text());
  line("layers", std::to_string(spec.layer_count()));
  for (const LayerKind& kind : layer_kinds(spec)) {
    line("", fmt::format("{} with {}, RoPE {}", kind.layers, window_text(kind), kind.rotation));
  }
  line("heads", fmt::format("{} query, {} key/value, of {} each", first.attention.heads,
                            first.attention.kv_heads, first.attention.head_size));
  line("hidden size", fmt::format("{}, {} inside the MLP", spec.hidden_size, first.mlp.size));
  line("context length", human_count(spec.context_length));
  line("norm epsilon", fmt::format("{}", spec.norm_epsilon));
  for (const auto& [type, use] : types_of(file)) {
    line("tensors", fmt::format("{:>4} {:<5} {}", use.tensors, type,
                                human_bytes(static_cast<double>(use.bytes))));
  }
  line("tokenizer", tokenizer.description());
  line("chat format", chat_text(tokenizer));
  const int64_t row = state_bytes_per_row(spec);
  line("state, one row", fmt::format("{} ({} bytes, float32, all layers)",
                                     human_bytes(static_cast<double>(row)), row));
  line("state, full",
       fmt::format("{} for {} tokens", human_bytes(static_cast<double>(state_bytes_in_full(spec))),
                   human_count(spec.context_length)));
}

int inspect(const std::string& path, bool json) {
  const auto file = ModelFile::open(path);
  const auto tokenizer = Tokenizer::make(file->tokenizer());
  if (json) {
    fmt::print("{}\n", to_json(*file, *tokenizer).dump(2));
  } else {
    print_text(*file, *tokenizer);
  }
  return 0;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("inspect", "Show what a model file holds");
  command->add_option("model", *path, "GGUF file, or folder with config.json and safetensors")
      ->required();
  command->add_flag("--json", *json, "As JSON, with file hashes");
  command->callback(
      [&action, path, json] { action = [path, json] { return inspect(*path, *json); }; });
}

}  // namespace multistate
