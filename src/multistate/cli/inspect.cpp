#include <map>
#include <memory>

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
int64_t state_bytes_per_row(const TransformerConfig& config) {
  return 2 * config.layers * config.kv_heads * config.head_size *
         static_cast<int64_t>(sizeof(float));
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
  const TransformerConfig& config = file.config();
  nlohmann::json types = nlohmann::json::object();
  for (const auto& [type, use] : types_of(file)) {
    types[type] = {{"tensors", use.tensors}, {"bytes", use.bytes}};
  }
  const WeightTypes weights = weight_types(file.tensors());
  auto files = nlohmann::json::array();
  for (const auto& path : file.files()) {
    files.push_back({{"path", path.string()}, {"sha256", sha256_file(path)}});
  }
  return {{"format", file.format()},
          {"files", files},
          {"architecture", config.architecture},
          {"name", config.name},
          {"layers", config.layers},
          {"heads", config.heads},
          {"kv_heads", config.kv_heads},
          {"head_size", config.head_size},
          {"hidden_size", config.hidden_size},
          {"intermediate_size", config.intermediate_size},
          {"vocabulary_size", config.vocabulary_size},
          {"context_length", config.context_length},
          {"norm_epsilon", config.norm_epsilon},
          {"rope_theta", config.rope_theta},
          {"parameters", weights.parameters},
          {"weights", weights.text()},
          {"bits_per_weight", weights.bits_per_weight()},
          {"tensor_types", types},
          {"tokenizer", tokenizer.description()},
          {"tokenizer_sha256", tokenizer.sha256()},
          {"chat_format", chat_text(tokenizer)},
          {"state_bytes_per_row", state_bytes_per_row(config)}};
}

void print_text(const ModelFile& file, const Tokenizer& tokenizer) {
  const TransformerConfig& config = file.config();
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<18} {}\n", name, value);
  };
  line("format", file.format());
  line("architecture", fmt::format("{} {}", config.architecture, config.name));
  const WeightTypes weights = weight_types(file.tensors());
  line("parameters", human_count(weights.parameters));
  line("weights", weights.text());
  line("layers", std::to_string(config.layers));
  line("heads", fmt::format("{} query, {} key/value, of {} each", config.heads, config.kv_heads,
                            config.head_size));
  line("hidden size",
       fmt::format("{}, {} inside the MLP", config.hidden_size, config.intermediate_size));
  line("context length", human_count(config.context_length));
  line("rope theta", fmt::format("{}", config.rope_theta));
  line("norm epsilon", fmt::format("{}", config.norm_epsilon));
  for (const auto& [type, use] : types_of(file)) {
    line("tensors", fmt::format("{:>4} {:<5} {}", use.tensors, type,
                                human_bytes(static_cast<double>(use.bytes))));
  }
  line("tokenizer", tokenizer.description());
  line("chat format", chat_text(tokenizer));
  const int64_t row = state_bytes_per_row(config);
  line("state, one row", fmt::format("{} ({} bytes, float32, all layers)",
                                     human_bytes(static_cast<double>(row)), row));
  line("state, full", fmt::format("{} for {} tokens",
                                  human_bytes(static_cast<double>(row * config.context_length)),
                                  human_count(config.context_length)));
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
