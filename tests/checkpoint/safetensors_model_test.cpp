#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/checkpoint/model_file.h"

#include "checkpoint/weight_values.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/safetensors_writer.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::safetensors_model_test {
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
  return {
      {"the key 'architectures' is missing", remove("architectures")},
      {"'architectures' is '[\"LlamaForCausalLM\",\"B\"]'; expected a list with the name of one "
       "class",
       set("architectures", {"LlamaForCausalLM", "B"})},
      {"'architectures' is 'MambaForCausalLM', which is not supported; supported: "
       "GPTNeoXForCausalLM, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3ForConditionalGeneration, "
       "GraniteForCausalLM, "
       "LlamaForCausalLM, MistralForCausalLM, Olmo2ForCausalLM, Phi3ForCausalLM, Qwen2ForCausalLM, "
       "Qwen3ForCausalLM, SmolLM3ForCausalLM",
       set("architectures", {"MambaForCausalLM"})},
      {"'hidden_act' is '\"relu\"'; expected 'silu', 'gelu' or 'gelu_pytorch_tanh'",
       set("hidden_act", "relu")},
      {"'rope_interleaved' is 'true'; expected false", set("rope_interleaved", true)},
      {"'sliding_window' is '4096'; expected null", set("sliding_window", 4096)},
      {"'use_sliding_window' is 'true'; expected false", set("use_sliding_window", true)},
      {"'layer_types' is '[\"full_attention\",\"sliding_attention\"]'; expected 'full_attention' "
       "for every layer",
       set("layer_types", {"full_attention", "sliding_attention"})},
      {"the key 'quantization_config' (value '{\"bits\":4}') is not supported for the architecture "
       "'llama'",
       set("quantization_config", {{"bits", 4}})},
  };
}

std::vector<Unsupported> unsupported_ropes() {
  const json llama3 = {{"rope_type", "llama3"},
                       {"factor", 8.0},
                       {"low_freq_factor", 4.0},
                       {"high_freq_factor", 4.0},
                       {"original_max_position_embeddings", 64}};
  return {
      {"'rope_scaling': the RoPE type 'mrope' is not supported; supported: default, dynamic, "
       "linear, "
       "llama3, longrope, yarn",
       set("rope_scaling", {{"type", "mrope"}, {"factor", 2.0}})},
      {"'rope_scaling': 'type' is '\"linear\"'; expected the same as 'rope_type', 'yarn'",
       set("rope_scaling", {{"type", "linear"}, {"rope_type", "yarn"}, {"factor", 2.0}})},
      {"'rope_scaling': the key 'factor' is missing", set("rope_scaling", {{"type", "linear"}})},
      {"'rope_scaling': 'factor' is '-2.0'; expected a positive number",
       set("rope_scaling", {{"type", "linear"}, {"factor", -2.0}})},
      {"'rope_scaling': the key 'factor' (value '2.0') is not supported for RoPE of type 'default'",
       set("rope_scaling", {{"factor", 2.0}})},
      {"'rope_scaling': the key 'magic' (value '1') is not supported for RoPE of type 'linear'",
       set("rope_scaling", {{"type", "linear"}, {"factor", 2.0}, {"magic", 1}})},
      {"'rope_scaling': 'high_freq_factor' is '4.0'; expected more than 'low_freq_factor'",
       set("rope_scaling", llama3)},
      {"'rope_scaling': type 'longrope' needs 'short_factor' and 'long_factor'",
       set("rope_scaling", {{"type", "longrope"}, {"short_factor", {1, 1, 1, 1}}})},
      {"'rope_scaling': 'short_factor' is '4'; expected a list of numbers",
       set("rope_scaling", {{"type", "longrope"}, {"short_factor", 4}})},
      {"3 factors of RoPE's frequencies, which are 4",
       set("rope_scaling",
           {{"type", "longrope"}, {"short_factor", {1, 1, 1}}, {"long_factor", {1, 1, 1}}})},
      {"'rope_scaling' is '8'; expected an object", set("rope_scaling", 8)},
      {"'rope_scaling': 'rope_theta' is 5000, but 'rope_theta' beside it is 10000",
       set("rope_scaling", {{"rope_theta", 5000.0}})},
      {"'rope_parameters': 'rope_theta' is 5000, but 'rope_theta' beside it is 10000",
       set("rope_parameters", {{"rope_theta", 5000.0}})},
      {"'rope_parameters': 'partial_rotary_factor' is 1.5; expected 0 to 1",
       set("rope_parameters", {{"rope_theta", 10000.0}, {"partial_rotary_factor", 1.5}})},
      {"'rope_scaling' is '{\"factor\":2.0,\"type\":\"linear\"}'; expected the same as "
       "'rope_parameters', or only one of them",
       [](json& config) {
         config["rope_scaling"] = {{"type", "linear"}, {"factor", 2.0}};
         config["rope_parameters"] = {{"rope_type", "default"}};
       }},
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
      {"'attention_bias' is '1'; expected true or false", set("attention_bias", 1)},
      {"'rms_norm_eps' is '\"1e-5\"'; expected a number", set("rms_norm_eps", "1e-5")},
      {"'tie_word_embeddings' is '1'; expected true or false", set("tie_word_embeddings", 1)},
      {"the number of layers is 0; allowed are 1 to 10000", set("num_hidden_layers", 0)},
      {"RoPE turns 7 of 7 elements of a head; expected an even number of them", set("head_dim", 7)},
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
    CHECK(weight_values(*hf, id_of(weight)) == weight_values(*gguf, id_of(weight)));
  }
  const DecoderSpec& a = hf->spec();
  const DecoderSpec& b = gguf->spec();
  CHECK(std::tie(a.architecture, a.name, a.hidden_size, a.vocabulary_size, a.context_length,
                 a.norm_epsilon, a.tied) == std::tie(b.architecture, b.name, b.hidden_size,
                                                     b.vocabulary_size, b.context_length,
                                                     b.norm_epsilon, b.tied));
  CHECK(a.layer_count() == b.layer_count());
  const LayerSpec& c = a.layers.back();
  const LayerSpec& d = b.layers.back();
  CHECK(std::tie(c.attention.heads, c.attention.kv_heads, c.attention.head_size, c.attention.scale,
                 c.attention.rotation, c.mlp.size) ==
        std::tie(d.attention.heads, d.attention.kv_heads, d.attention.head_size, d.attention.scale,
                 d.attention.rotation, d.mlp.size));
}

TEST_CASE("the tokenizers of a safetensors model and of its GGUF file are the same") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder / "hf");
  write_tiny_gguf({}, folder / "m.gguf");
  const TokenizerSpec hf = ModelFile::open(folder / "hf")->tokenizer();
  const TokenizerSpec gguf = ModelFile::open(folder / "m.gguf")->tokenizer();
  CHECK(hf.tokens == gguf.tokens);
  CHECK(std::get<BpeSpec>(hf.kind).merges == std::get<BpeSpec>(gguf.kind).merges);
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
        config["num_key_value_heads"] = 2;
        config["head_dim"] = nullptr;
      },
      [](SafetensorsWriter&) {});
  const auto file = ModelFile::open(folder.path());
  const AttentionSpec& attention = file->spec().layers.front().attention;
  CHECK(attention.rotation.theta == 500000.0);
  CHECK(attention.kv_heads == 2);
  CHECK(attention.head_size == 8);
  CHECK(file->tokenizer().eos_id == 7);
}

TEST_CASE("config.json of models that the Transformer cannot compute is refused") {
  const TemporaryFolder folder;
  auto all = unsupported_kinds();
  for (const auto& more : {unsupported_ropes(), unsupported_sizes()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
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
  CHECK(weight_values(*file, {Weight::kHead}) == std::vector<float>(264 * 32, 1.5F));
}

TEST_CASE("a tied head is the embedding, and must not be stored as anything else") {
  const TemporaryFolder folder;
  const auto same = [](SafetensorsWriter& writer) {
    const auto embedding = tiny_weights({}).front();
    writer.add("lm_head.weight", "F32", embedding.shape, weight_bytes(embedding));
  };
  write_model(folder, nothing, same);
  CHECK(ModelFile::open(folder.path())->spec().tied);
  write_model(folder, set("tie_word_embeddings", false), same);
  const auto file = ModelFile::open(folder.path());
  CHECK_FALSE(file->spec().tied);
  CHECK(weight_values(*file, {Weight::kHead}) == weight_values(*file, {Weight::kEmbedding}));
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
  const std::string no_such =
      " is not supported: a model of the architecture 'llama' with 2 layers and this configuration "
      "has no such weight";
  CHECK(with("model.layers.0.self_attn.q_proj.bias") ==
        path + ": tensor 'model.layers.0.self_attn.q_proj.bias'" + no_such);
  CHECK(with("model.layers.2.mlp.up_proj.weight") ==
        path + ": tensor 'model.layers.2.mlp.up_proj.weight'" + no_such);
  CHECK(with("model.layers.0.self_attn.rotary_emb.inv_freq") == "no error");
}

TEST_CASE("missing and misshapen safetensors weights are refused before any is read") {
  const TemporaryFolder folder;
  const std::string path = (folder / "model.safetensors").string();
  write_model(folder, set("intermediate_size", 40), [](SafetensorsWriter&) {});
  CHECK(open_error(folder) ==
        path +
            ": tensor 'model.layers.0.mlp.gate_proj.weight' has shape [48, 32]; expected [40, "
            "32]");
  write_model(folder, set("num_hidden_layers", 3), [](SafetensorsWriter&) {});
  CHECK(open_error(folder) == path + ": tensor 'model.layers.2.input_layernorm.weight' is missing");
  write_model(folder, set("attention_bias", true), [](SafetensorsWriter&) {});
  CHECK(open_error(folder) == path + ": tensor 'model.layers.0.self_attn.q_proj.bias' is missing");
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
    CHECK(weight_values(*file, id_of(weight)) == weight.values);
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

}  // namespace multistate::test::safetensors_model_test
