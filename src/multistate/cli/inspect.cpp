#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/layer_kinds.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/checkpoint/weight_types.h"
#include "multistate/cli/command.h"
#include "multistate/cli/model_options.h"
#include "multistate/model/dtype.h"
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

/// Bytes of a number in keys and values.
int64_t number_bytes(const std::string& dtype) {
  return static_cast<int64_t>(c10::elementSize(dtype_of(dtype)));
}

/// Bytes of the state of a text as long as the context, no token evicted but by windows.
int64_t state_bytes_in_full(const DecoderSpec& spec, const std::string& dtype) {
  int64_t bytes = 0;
  for (const LayerSpec& layer : spec.layers) {
    const AttentionSpec& attention = layer.attention;
    const int64_t window = attention.window.value_or(spec.context_length + 1) - 1;
    bytes += std::min(window, spec.context_length) * 2 * attention.kv_heads * attention.head_size *
             number_bytes(dtype);
  }
  return bytes;
}

std::string tokens_text(std::span<const int64_t> ids, const Tokenizer& tokenizer) {
  std::vector<std::string> names;
  for (const int64_t id : ids) {
    names.push_back(fmt::format("{} {}", id, in_quotes(tokenizer.token_bytes(id))));
  }
  return names.empty() ? "none" : join(names);
}

/// "1 '<s>', before every text (tokenizer.ggml.add_bos_token in the GGUF file)".
std::string bos_text(const Tokenizer& tokenizer) {
  const auto id = tokenizer.bos_id();
  if (!id) {
    return "none";
  }
  return fmt::format("{}, {} ({})", tokens_text(std::span(&*id, 1), tokenizer),
                     tokenizer.add_bos() ? "before every text" : "not put before texts",
                     tokenizer.bos_rule());
}

/// The chat format and how it is known, or why there is none.
std::string chat_text(const Tokenizer& tokenizer) {
  try {
    const ChatFormat chat = chat_format(tokenizer);
    return fmt::format(
        "{}, {} BOS; {} {} is known", chat.name, chat.starts_with_bos ? "begins with" : "writes no",
        chat.by_shape ? "the shape of template" : "template", chat.template_sha256.substr(0, 12));
  } catch (const InputError& error) {
    return fmt::format("none: {}", error.what());
  }
}

nlohmann::json to_json(const ModelFile& file, const Tokenizer& tokenizer,
                       const std::string& dtype) {
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
  return {{"format", file.format()},
          {"files", files},
          {"architecture", spec.architecture},
          {"name", spec.name},
          {"layers", spec.layer_count()},
          {"layer_kinds", layer_kinds_json(spec)},
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
          {"not_run", file.left_out()},
          {"tokenizer", tokenizer.description()},
          {"tokenizer_sha256", tokenizer.sha256()},
          {"bos_id", tokenizer.bos_id() ? nlohmann::json(*tokenizer.bos_id()) : nlohmann::json()},
          {"add_bos", tokenizer.add_bos()},
          {"bos_rule", tokenizer.bos_rule()},
          {"end_ids", tokenizer.end_ids()},
          {"chat_format", chat_text(tokenizer)},
          {"state_dtype", dtype},
          {"state_bytes_per_row", spec.row_bytes(number_bytes(dtype))}};
}

void print_text(const ModelFile& file, const Tokenizer& tokenizer, const std::string& dtype) {
  const DecoderSpec& spec = file.spec();
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<18} {}\n", name, value);
  };
  line("format", file.format());
  line("architecture", fmt::format("{} {}", spec.architecture, spec.name));
  const WeightTypes weights = weight_types(file.tensors());
  line("parameters", human_count(weights.parameters));
  line("weights", weights.text());
  for (const auto& [name, value] : describe_layers(spec)) {
    line(name.c_str(), value);
  }
  line("hidden size", human_count(spec.hidden_size));
  line("vocabulary",
       fmt::format("{} tokens, {}", human_count(spec.vocabulary_size),
                   spec.tied ? "output head tied to the embedding" : "separate output head"));
  line("context length", human_count(spec.context_length));
  line("norm", fmt::format("{}, epsilon {}", spec.norm == NormKind::kRms ? "RMS" : "layer norm",
                           spec.norm_epsilon));
  for (const auto& [type, use] : types_of(file)) {
    line("tensors", fmt::format("{:>4} {:<5} {}", use.tensors, type,
                                human_bytes(static_cast<double>(use.bytes))));
  }
  if (const std::string left_out = file.left_out(); !left_out.empty()) {
    line("not run", left_out);
  }
  line("tokenizer", tokenizer.description());
  line("BOS", bos_text(tokenizer));
  line("texts end at", tokens_text(tokenizer.end_ids(), tokenizer));
  line("chat format", chat_text(tokenizer));
  const int64_t row = spec.row_bytes(number_bytes(dtype));
  line("KV cache, a token", fmt::format("{} ({} bytes, {}, all layers)",
                                        human_bytes(static_cast<double>(row)), row, dtype));
  line("KV cache, full",
       fmt::format("{} for {} tokens",
                   human_bytes(static_cast<double>(state_bytes_in_full(spec, dtype))),
                   human_count(spec.context_length)));
}

struct InspectArguments {
  std::string path;
  std::string dtype = "float32";
  std::optional<std::string> device;
  bool json = false;
};

int inspect(const InspectArguments& arguments) {
  const auto& [path, dtype, device, json] = arguments;
  if (device) {
    tensor_options(dtype, *device, "--");
  }
  const auto file = ModelFile::open(path);
  const auto tokenizer = Tokenizer::make(file->tokenizer());
  if (json) {
    fmt::print("{}", json_page(to_json(*file, *tokenizer, dtype)));
  } else {
    print_text(*file, *tokenizer, dtype);
    if (device) {
      fmt::print("{:<18} {} multiplies {}\n", "device", *device, dtype);
    }
  }
  return 0;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand("inspect", "Show what a model file holds");
  command
      ->add_option(
          "model", arguments->path,
          "GGUF file (of a split one the first shard), or folder with config.json and safetensors")
      ->required();
  add_dtype_option(*command, arguments->dtype);
  command->add_option("--device", arguments->device,
                      "Also check that the model can run there in that type");
  command->add_flag("--json", arguments->json, "As JSON, with file hashes");
  command->callback([&action, arguments] { action = [arguments] { return inspect(*arguments); }; });
}

}  // namespace multistate
