#include <functional>

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/model/model_file.h"

#include "support/input_error.h"
#include "support/safetensors_writer.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

using nlohmann::json;

struct Unsupported {
  std::string message;  ///< All of it after the path of config.json.
  std::function<void(json&)> spoil;
};

std::function<void(json&)> set(const std::string& key, const json& value) {
  return [=](json& config) { config[key] = value; };
}

std::function<void(json&)> remove(const std::string& key) {
  return [=](json& config) { config.erase(key); };
}

std::vector<Unsupported> unsupported_kinds() {
  const std::string supported = ", which is not supported; supported: '[\"LlamaForCausalLM\"]'";
  return {
      {"'architectures' is missing" + supported, remove("architectures")},
      {"'architectures' is '[\"Qwen2ForCausalLM\"]'" + supported,
       set("architectures", {"Qwen2ForCausalLM"})},
      {"'hidden_act' is '\"gelu\"'; expected 'silu'", set("hidden_act", "gelu")},
      {"'attention_bias' is 'true'; expected false", set("attention_bias", true)},
      {"'mlp_bias' is 'true'; expected false", set("mlp_bias", true)},
      {"'rope_scaling': 'rope_type' is '\"llama3\"'; expected 'default'",
       set("rope_scaling", {{"rope_type", "llama3"}})},
      {"'rope_scaling': 'type' is '\"linear\"'; expected 'default'",
       set("rope_scaling", {{"type", "linear"}})},
      {"'rope_scaling': the key 'factor' is not supported", set("rope_scaling", {{"factor", 2.0}})},
      {"'rope_scaling' is '8'; expected an object", set("rope_scaling", 8)},
      {"'rope_parameters': the key 'rope_theta' is missing",
       set("rope_parameters", {{"rope_type", "default"}})},
      {"'rope_theta' is 10000, but that of 'rope_parameters' is 5000",
       set("rope_parameters", {{"rope_theta", 5000.0}})},
      {"the key 'quantization_config' (value '{\"bits\":4}') is not supported; remove it if it has "
       "no influence on the computation",
       set("quantization_config", {{"bits", 4}})},
  };
}

std::vector<Unsupported> unsupported_sizes() {
  return {
      {"the key 'hidden_size' is missing", remove("hidden_size")},
      {"the key 'hidden_size' is missing", set("hidden_size", nullptr)},
      {"'hidden_size' is '\"32\"'; expected an integer", set("hidden_size", "32")},
      {"'hidden_size' is '32.5'; expected an integer", set("hidden_size", 32.5)},
      {"'hidden_size' is '9223372036854775808'; expected an integer",
       set("hidden_size", uint64_t{1} << 63)},
      {"'rms_norm_eps' is '\"1e-5\"'; expected a number", set("rms_norm_eps", "1e-5")},
      {"'tie_word_embeddings' is '1'; expected true or false", set("tie_word_embeddings", 1)},
      {"the number of layers is 0; allowed are 1 to 2147483648", set("num_hidden_layers", 0)},
      {"the head size is 7; RoPE needs an even one", set("head_dim", 7)},
      {"'hidden_size' 33 is not a multiple of 'num_attention_heads' 4, and there is no 'head_dim'",
       [](json& config) {
         config["hidden_size"] = 33;
         config["head_dim"] = nullptr;
       }},
      {"'bos_token_id' is '264'; expected the id of a token, below 264", set("bos_token_id", 264)},
      {"'eos_token_id' is '[\"x\"]'; expected the id of a token, below 264",
       set("eos_token_id", {"x"})},
  };
}

std::string weight_bytes(const TinyWeight& weight) {
  return {reinterpret_cast<const char*>(weight.values.data()),
          weight.values.size() * sizeof(float)};
}

/// The tiny model with this config.json, and these tensors instead of its own for which `keep` says
/// no.
void write_model(const TemporaryFolder& folder, const std::function<void(json&)>& spoil,
                 const std::function<void(SafetensorsWriter&)>& add) {
  write_tiny_safetensors({}, folder.path());
  json config = json::parse(tiny_config_json({}));
  spoil(config);
  write_file(folder / "config.json", config.dump());
  SafetensorsWriter writer;
  for (const TinyWeight& weight : tiny_weights({})) {
    writer.add(weight.name, "F32", weight.shape, weight_bytes(weight));
  }
  add(writer);
  write_file(folder / "model.safetensors", writer.bytes());
}

void nothing(json&) {}

std::string open_error(const TemporaryFolder& folder) {
  return input_error([&] { ModelFile::open(folder.path()); });
}

/// The tiny model in two shards and their index.
void write_sharded(const TemporaryFolder& folder, json& index) {
  write_tiny_safetensors({}, folder.path());
  std::filesystem::remove(folder / "model.safetensors");
  SafetensorsWriter shards[2];
  size_t next = 0;
  for (const TinyWeight& weight : tiny_weights({})) {
    const size_t shard = next++ % 2;
    shards[shard].add(weight.name, "F32", weight.shape, weight_bytes(weight));
    index["weight_map"][weight.name] = fmt::format("part-{}.safetensors", shard + 1);
  }
  write_file(folder / "part-1.safetensors", shards[0].bytes());
  write_file(folder / "part-2.safetensors", shards[1].bytes());
  write_file(folder / "model.safetensors.index.json", index.dump());
}

}  // namespace

TEST_CASE("a safetensors model and the GGUF file of the same weights are the same model") {
  const TemporaryFolder folder;
  const TinyModel model = {.layers = 3, .heads = 6, .kv_heads = 2, .seed = 5};
  write_tiny_safetensors(model, folder / "hf");
  write_tiny_gguf(model, folder / "m.gguf");
  const auto hf = ModelFile::open(folder / "hf");
  const auto gguf = ModelFile::open(folder / "m.gguf");
  CHECK(hf->format() == "safetensors");
  CHECK(hf->tensors().size() == gguf->tensors().size());
  for (const TinyWeight& weight : tiny_weights(model)) {
    INFO(weight.name);
    CHECK(at::equal(require_tensor(*hf, weight.name, weight.shape),
                    require_tensor(*gguf, weight.name, weight.shape)));
  }
  const TransformerConfig& a = hf->config();
  const TransformerConfig& b = gguf->config();
  CHECK(
      std::tie(a.architecture, a.name, a.layers, a.heads, a.kv_heads, a.head_size, a.hidden_size) ==
      std::tie(b.architecture, b.name, b.layers, b.heads, b.kv_heads, b.head_size, b.hidden_size));
  CHECK(std::tie(a.intermediate_size, a.vocabulary_size, a.context_length, a.norm_epsilon,
                 a.rope_theta) == std::tie(b.intermediate_size, b.vocabulary_size, b.context_length,
                                           b.norm_epsilon, b.rope_theta));
}

TEST_CASE("the tokenizers of a safetensors model and of its GGUF file are the same") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder / "hf");
  write_tiny_gguf({}, folder / "m.gguf");
  const TokenizerSpec hf = ModelFile::open(folder / "hf")->tokenizer();
  const TokenizerSpec gguf = ModelFile::open(folder / "m.gguf")->tokenizer();
  CHECK(hf.tokens == gguf.tokens);
  CHECK(hf.merges == gguf.merges);
  CHECK(hf.bos_id == gguf.bos_id);
  CHECK(hf.eos_id == gguf.eos_id);
  CHECK(hf.added_tokens.size() == gguf.added_tokens.size());
}

TEST_CASE("the newer spellings of config.json are read") {
  const TemporaryFolder folder;
  write_model(
      folder,
      [](json& config) {
        config.erase("rope_theta");
        config["rope_parameters"] = {{"rope_theta", 500000.0}, {"rope_type", "default"}};
        config["eos_token_id"] = {7, 8};
        config["dtype"] = "float32";
        config["num_key_value_heads"] = nullptr;
        config["num_attention_heads"] = 2;
        config["head_dim"] = nullptr;
      },
      [](SafetensorsWriter&) {});
  const auto file = ModelFile::open(folder.path());
  CHECK(file->config().rope_theta == 500000.0);
  CHECK(file->config().kv_heads == 2);
  CHECK(file->config().head_size == 16);
  CHECK(file->tokenizer().eos_id == 7);
}

TEST_CASE("config.json of models that the Transformer cannot compute is refused") {
  const TemporaryFolder folder;
  auto all = unsupported_kinds();
  const auto sizes = unsupported_sizes();
  all.insert(all.end(), sizes.begin(), sizes.end());
  for (const Unsupported& unsupported : all) {
    write_model(folder, unsupported.spoil, [](SafetensorsWriter&) {});
    CHECK(open_error(folder) == (folder / "config.json").string() + ": " + unsupported.message);
  }
}

TEST_CASE("config.json that is not an object, or says something twice, is refused") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder.path());
  const std::string path = (folder / "config.json").string();
  write_file(path, "[1, 2]");
  CHECK(open_error(folder) == path + ": is '[1,2]'; expected a JSON object");
  write_file(path, "{\"hidden_size\": 1, \"hidden_size\": 2}");
  CHECK(open_error(folder) == path + ": the key 'hidden_size' appears twice");
  write_file(path, "{\"hidden_size\": ");
  CHECK(open_error(folder) == path + ": is not valid JSON (at byte 17)");
  std::filesystem::remove(path);
  CHECK(open_error(folder) == (folder / "model.safetensors").string() +
                                  ": there is no config.json in " + folder.path().string());
}

TEST_CASE("weights in 16 bits are widened") {
  const TemporaryFolder folder;
  write_model(folder, set("tie_word_embeddings", false), [](SafetensorsWriter& writer) {
    std::string head;
    for (int i = 0; i < 264 * 32; ++i) {
      head += std::string("\xC0\x3F", 2);  // 1.5 in bfloat16.
    }
    writer.add("lm_head.weight", "BF16", {264, 32}, head);
  });
  const auto file = ModelFile::open(folder.path());
  const auto head = require_tensor(*file, "lm_head.weight", {264, 32});
  CHECK(at::equal(head, at::tensor(std::vector<float>(264 * 32, 1.5F)).view({264, 32})));
}

TEST_CASE("a tied head is the embedding, and must not be stored as anything else") {
  const TemporaryFolder folder;
  const auto same = [](SafetensorsWriter& writer) {
    const auto embedding = tiny_weights({}).front();
    writer.add("lm_head.weight", "F32", embedding.shape, weight_bytes(embedding));
  };
  write_model(folder, nothing, same);
  CHECK_FALSE(ModelFile::open(folder.path())->tensor("lm_head.weight", {264, 32}).has_value());
  write_model(folder, set("tie_word_embeddings", false), same);
  CHECK(ModelFile::open(folder.path())->tensor("lm_head.weight", {264, 32}).has_value());
  write_model(folder, nothing, [](SafetensorsWriter& writer) {
    writer.add("lm_head.weight", "F32", {264, 32}, std::string(264 * 32 * 4, '\0'));
  });
  CHECK(open_error(folder) == folder.path().string() +
                                  "/model.safetensors: 'tie_word_embeddings' is true, but "
                                  "'lm_head.weight' differs from 'model.embed_tokens.weight'");
  write_model(folder, set("tie_word_embeddings", false), [](SafetensorsWriter&) {});
  CHECK(open_error(folder) ==
        folder.path().string() +
            "/model.safetensors: tensor 'lm_head.weight' is missing, and 'tie_word_embeddings' is "
            "not true");
}

TEST_CASE("safetensors weights that the Transformer has no use for are refused") {
  const TemporaryFolder folder;
  const std::string path = (folder / "model.safetensors").string();
  const auto with = [&](const std::string& name) {
    write_model(folder, nothing,
                [&](SafetensorsWriter& writer) { writer.add(name, "F32", {1}, "1234"); });
    return open_error(folder);
  };
  CHECK(with("model.layers.0.self_attn.q_proj.bias") ==
        path +
            ": tensor 'model.layers.0.self_attn.q_proj.bias' is not supported: LlamaForCausalLM as "
            "built here has no such weight");
  CHECK(with("model.layers.2.mlp.up_proj.weight") ==
        path +
            ": tensor 'model.layers.2.mlp.up_proj.weight' is of a layer beyond "
            "'num_hidden_layers' 2");
  CHECK(with("model.layers.0.self_attn.rotary_emb.inv_freq") == "no error");
}

TEST_CASE("a misshapen safetensors weight is refused by name") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder.path());
  const auto file = ModelFile::open(folder.path());
  CHECK(input_error([&] {
          require_tensor(*file, "model.norm.weight", {16, 2});
        }) == (folder / "model.safetensors").string() +
                  ": tensor 'model.norm.weight' has shape [32]; expected [16, 2]");
}

TEST_CASE("a model in shards is one model") {
  const TemporaryFolder folder;
  json index = {{"metadata", {{"total_size", 0}}}};
  write_sharded(folder, index);
  const auto file = ModelFile::open(folder.path());
  CHECK(file->format() == "safetensors (2 shards)");
  CHECK(file->files() == std::vector{folder / "config.json", folder / "part-1.safetensors",
                                     folder / "part-2.safetensors"});
  for (const TinyWeight& weight : tiny_weights({})) {
    INFO(weight.name);
    CHECK(at::equal(require_tensor(*file, weight.name, weight.shape),
                    at::tensor(weight.values).view(weight.shape)));
  }
}

TEST_CASE("an index that is not the list of what is in the shards is refused") {
  const TemporaryFolder folder;
  json index;
  write_sharded(folder, index);
  const auto path = folder / "model.safetensors.index.json";
  const std::string first = (folder / "part-1.safetensors").string();
  const auto with = [&](const std::function<void(json&)>& spoil) {
    json changed = index;
    spoil(changed);
    write_file(path, changed.dump());
    return open_error(folder);
  };
  const auto place = [](const std::string& tensor, const json& file) {
    return [=](json& changed) { changed["weight_map"][tensor] = file; };
  };
  const std::string source = path.string();
  CHECK(with(place("x", "part-1.safetensors")) ==
        first + ": tensor 'x' is missing; " + source + " lists it for this file");
  CHECK(with([](json& changed) { changed["weight_map"].erase("model.embed_tokens.weight"); }) ==
        first + ": tensor 'model.embed_tokens.weight' is not one that " + source +
            " lists for this file");
  for (const auto* name : {"../part-1.safetensors", "/etc/passwd", "a/b.safetensors", "", "."}) {
    CHECK(
        with(place("x", name)) ==
        fmt::format("{}: 'weight_map': 'x' is in '\"{}\"'; expected the name of a file in the same "
                    "folder",
                    source, name));
  }
  CHECK(with(place("x", 3)) ==
        source + ": 'weight_map': 'x' is in '3'; expected the name of a file in the same folder");
  CHECK(with([](json& changed) {
          changed.erase("weight_map");
          changed["other"] = 1;
        }) == source + ": 'weight_map' is missing; expected an object of file names by tensor");
  CHECK(with([](json& changed) { changed["weight_map"] = json::array(); }) ==
        source + ": 'weight_map' is '[]'; expected an object of file names by tensor");
  CHECK_THAT(with(place("x", "part-3.safetensors")),
             ContainsSubstring((folder / "part-3.safetensors").string() +
                               ": cannot open the file: No such file or directory"));
}

}  // namespace multistate::test
