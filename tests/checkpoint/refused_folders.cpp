#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "checkpoint/refused_files.h"
#include "support/safetensors_writer.h"
#include "support/tiny_model.h"

namespace multistate::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The tiny model as a Hugging Face folder, but for what `change` does to it; the folder is opened.
RefusedFile changed(const std::string& title, const std::string& message,
                    const std::function<void(const fs::path& folder)>& change) {
  return {title, message, [change](const fs::path& folder) {
            write_tiny_safetensors({}, folder);
            change(folder);
            return folder;
          }};
}

/// With the value of a key of config.json.
RefusedFile configured(const std::string& title, const std::string& message, const std::string& key,
                       const json& value) {
  return changed(title, "@/config.json: " + message, [key, value](const fs::path& folder) {
    json config = json::parse(tiny_config_json({}));
    config[key] = value;
    write_file(folder / "config.json", config.dump());
  });
}

/// With this header and data in the place of the weights.
RefusedFile weights(const std::string& title, const std::string& message, const std::string& header,
                    const std::string& data) {
  return changed(title, "@/model.safetensors: " + message, [header, data](const fs::path& folder) {
    write_file(folder / "model.safetensors", safetensors_bytes(header, data));
  });
}

/// With another type and shape of the tensor 'model.norm.weight', which is [32] in F32.
RefusedFile norm(const std::string& title, const std::string& message, const std::string& type,
                 const std::vector<int64_t>& shape, size_t bytes) {
  return changed(title, "@" + message, [type, shape, bytes](const fs::path& folder) {
    SafetensorsWriter writer;
    for (const TinyWeight& weight : tiny_weights({})) {
      const bool is_norm = weight.name == "model.norm.weight";
      const std::string data(is_norm ? bytes : weight.values.size() * sizeof(float), '\0');
      writer.add(weight.name, is_norm ? type : "F32", is_norm ? shape : weight.shape, data);
    }
    write_file(folder / "model.safetensors", writer.bytes());
  });
}

RefusedFile pickle(const std::string& name) {
  return {"a PyTorch checkpoint in the maker's own format",
          "@/" + name +
              ": is a PyTorch checkpoint in its maker's own format, which is not supported. Use "
              "the Hugging Face files of the model (config.json, *.safetensors, tokenizer.json), "
              "or a GGUF file",
          [name](const fs::path& folder) {
            write_file(folder / name, "PK\x03\x04 and so on");
            return folder;
          }};
}

}  // namespace

std::vector<RefusedFile> refused_safetensors() {
  const std::string a = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  return {
      weights("a header that is no JSON", "the header: is not valid JSON (at byte 2)", "{oops", ""),
      changed("a header longer than the file",
              "@/model.safetensors: truncated: the header takes 1000 bytes at offset 8, the file "
              "has 10",
              [](const fs::path& folder) {
                write_file(folder / "model.safetensors", std::string("\xe8\3\0\0\0\0\0\0{}", 10));
              }),
      weights("tensors that overlap",
              "tensor 'b': its data starts at 4, but the data before it ends at 8",
              a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
              std::string(12, '\0')),
      weights("a hole between tensors",
              "tensor 'b': its data starts at 12, but the data before it ends at 8",
              a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})",
              std::string(20, '\0')),
      weights("data after the last tensor", "1 bytes follow the data of the last tensor", a + "}",
              std::string(9, '\0')),
      weights(
          "data that ends too early",
          "tensor 'a': offset 0 + 8 bytes is beyond the end of the file (7 bytes of tensor data)",
          a + "}", std::string(7, '\0')),
      weights("a shape of another size than the data",
              "tensor 'a': 'data_offsets' are 0 and 8, but type and shape make 12 bytes",
              R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", std::string(8, '\0')),
      norm("eight-bit floats",
           "/model.safetensors: tensor 'model.norm.weight': type 'F8_E4M3' is not supported; "
           "supported: F32, F16, BF16",
           "F8_E4M3", {32}, 32),
      norm("a norm that is too long",
           "/model.safetensors: tensor 'model.norm.weight' has shape [33]; expected [32]", "F32",
           {33}, 132),
      norm("a norm of two dimensions",
           "/model.safetensors: tensor 'model.norm.weight' has shape [1, 32]; expected [32]", "F32",
           {1, 32}, 128),
      configured("an unknown class",
                 "'architectures' is 'MambaForCausalLM', which is not supported; supported: "
                 "GPTNeoXForCausalLM, Gemma2ForCausalLM, Gemma3ForCausalLM, "
                 "Gemma3ForConditionalGeneration, GraniteForCausalLM, "
                 "LlamaForCausalLM, MistralForCausalLM, Olmo2ForCausalLM, Phi3ForCausalLM, "
                 "Qwen2ForCausalLM, Qwen3ForCausalLM, SmolLM3ForCausalLM",
                 "architectures", {"MambaForCausalLM"}),
      configured("weights quantised in a way of their own",
                 "the key 'quantization_config' (value '{\"quant_method\":\"gptq\"}') is not "
                 "supported for the architecture 'llama'",
                 "quantization_config", {{"quant_method", "gptq"}}),
      changed("a head for which RoPE's factors would take gigabytes",
              "@/config.json: the head size is 1073741824; allowed are 1 to 8192",
              [](const fs::path& folder) {
                json config = json::parse(tiny_config_json({}));
                config["head_dim"] = 1 << 30;
                config["rope_scaling"] = {{"type", "linear"}, {"factor", 2.0}};
                write_file(folder / "config.json", config.dump());
              }),
      configured("an unknown RoPE",
                 "'rope_scaling': the RoPE type 'mrope' is not supported; supported: default, "
                 "dynamic, linear, llama3, longrope, yarn",
                 "rope_scaling", {{"type", "mrope"}, {"factor", 2.0}}),
      configured("another activation",
                 "'hidden_act' is '\"relu2\"'; expected 'silu', 'gelu' or 'gelu_pytorch_tanh'",
                 "hidden_act", "relu2"),
      configured("an unknown key",
                 "the key 'magic' (value '1') is not supported for the "
                 "architecture 'llama'",
                 "magic", 1),
  };
}

std::vector<RefusedFile> refused_folders() {
  return {
      {"a path with nothing",
       "@/none: there is no such file or folder" + std::string(kExpectedModel),
       [](const fs::path& folder) { return folder / "none"; }},
      {"an empty folder", "@: no model in this folder" + std::string(kExpectedModel),
       [](const fs::path& folder) { return folder; }},
      changed("two models",
              "@: more than one model in this folder; name one of other.gguf, "
              "model.safetensors",
              [](const fs::path& folder) { write_tiny_gguf({}, folder / "other.gguf"); }),
      changed("no config.json", "@/model.safetensors: there is no config.json in @",
              [](const fs::path& folder) { fs::remove(folder / "config.json"); }),
      changed("config.json is cut off", "@/config.json: is not valid JSON (at byte 101)",
              [](const fs::path& folder) {
                write_file(folder / "config.json", tiny_config_json({}).substr(0, 100));
              }),
      changed("an index of shards that are not there",
              "@/model-00001-of-00002.safetensors: cannot open the file: No such file or directory",
              [](const fs::path& folder) {
                fs::remove(folder / "model.safetensors");
                write_file(folder / "model.safetensors.index.json",
                           R"({"weight_map": {"a": "model-00001-of-00002.safetensors"}})");
              }),
      changed("only Mistral's own file",
              "@/consolidated.safetensors: is in Mistral's own format, which is not supported; the "
              "Hugging Face files of the model (model*.safetensors, config.json, tokenizer.json) "
              "are",
              [](const fs::path& folder) {
                fs::rename(folder / "model.safetensors", folder / "consolidated.safetensors");
              }),
      pickle("consolidated.00.pth"),
  };
}

}  // namespace multistate::test
