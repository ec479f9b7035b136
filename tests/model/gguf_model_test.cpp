#include <cmath>
#include <functional>

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "multistate/model/model_file.h"

#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

struct Unsupported {
  std::string message;  ///< All of it after the file's name.
  std::function<void(GgufWriter&)> spoil;
};

std::function<void(GgufWriter&)> set(const std::string& key, const std::string& value) {
  return [=](GgufWriter& writer) { writer.set(key, value); };
}

std::function<void(GgufWriter&)> remove(const std::string& key) {
  return [=](GgufWriter& writer) { writer.remove(key); };
}

std::function<void(GgufWriter&)> add_tensor(const std::string& name) {
  return [=](GgufWriter& writer) { writer.add(name, {4}, 0, std::string(16, '\0')); };
}

constexpr const char* kNoSuchWeight =
    "is not supported: the architecture 'llama' as built here has no biases, experts, RoPE factors "
    "or "
    "further norms";

std::vector<Unsupported> unsupported_models() {
  return {
      {"the key 'general.architecture' is missing", remove("general.architecture")},
      {"the architecture 'qwen2' is not supported; supported: 'llama'",
       set("general.architecture", gguf_text("qwen2"))},
      {"'general.type' is 'adapter'; supported: 'model'",
       set("general.type", gguf_text("adapter"))},
      {"is one of 3 files ('split.count'); merge them with llama-gguf-split --merge first",
       set("split.count", gguf_u32(3))},
      {"the key 'llama.block_count' is missing", remove("llama.block_count")},
      {"the key 'llama.attention.layer_norm_rms_epsilon' is missing",
       remove("llama.attention.layer_norm_rms_epsilon")},
      {"'llama.block_count' is 'two'; expected an integer",
       set("llama.block_count", gguf_text("two"))},
      {"'llama.attention.head_count_kv' is 'an array of 2 integers'; expected an integer",
       set("llama.attention.head_count_kv", gguf_i32s({2, 2}))},
      {"the number of layers is 0; allowed are 1 to 2147483648",
       set("llama.block_count", gguf_u32(0))},
      {"4 query heads cannot be shared out among 3 key/value heads",
       set("llama.attention.head_count_kv", gguf_u32(3))},
      {"'llama.embedding_length' 30 is not a multiple of 'llama.attention.head_count' 4, and there "
       "is no 'llama.attention.key_length'",
       [](GgufWriter& w) {
         w.set("llama.embedding_length", gguf_u32(30));
         w.remove("llama.attention.key_length");
       }},
      {"'llama.rope.dimension_count' is 4; supported: the head size, 8",
       set("llama.rope.dimension_count", gguf_u32(4))},
      {"'llama.attention.value_length' is 16; supported: the head size, 8",
       set("llama.attention.value_length", gguf_u32(16))},
      {"'llama.rope.scaling.type' is 'linear', which is not supported; supported: 'none'",
       set("llama.rope.scaling.type", gguf_text("linear"))},
      {"'llama.rope.scaling.factor' is '8', which is not supported; supported: '1'",
       set("llama.rope.scaling.factor", gguf_f32(8.0F))},
      {"'llama.expert_count' is '8', which is not supported; supported: '0'",
       set("llama.expert_count", gguf_u32(8))},
      {"'llama.attention.sliding_window' is '4096', which is not supported; supported: '0'",
       set("llama.attention.sliding_window", gguf_u32(4096))},
      {"the key 'llama.attention.magic' (value 'true') is not supported",
       set("llama.attention.magic", gguf_bool(true))},
      {"tensor 'rope_freqs.weight' " + std::string(kNoSuchWeight), add_tensor("rope_freqs.weight")},
      {"tensor 'blk.0.attn_q.bias' " + std::string(kNoSuchWeight), add_tensor("blk.0.attn_q.bias")},
      {"tensor 'blk.00.attn_q.weight' " + std::string(kNoSuchWeight),
       add_tensor("blk.00.attn_q.weight")},
      {"tensor 'blk.2.attn_q.weight' is of a layer beyond 'llama.block_count' 2",
       add_tensor("blk.2.attn_q.weight")},
  };
}

std::vector<Unsupported> unsupported_tokenizers() {
  const auto merges = [](const std::string& merge) {
    return set("tokenizer.ggml.merges", gguf_texts({"t h", merge}));
  };
  const auto bad_merge = [](const std::string& merge) {
    return fmt::format(
        "'tokenizer.ggml.merges': merge 1 is '{}'; expected two tokens with a space between them",
        merge);
  };
  std::vector<int32_t> types(tiny_tokens().size(), 1);
  types[7] = 6;
  return {
      {"the key 'tokenizer.ggml.model' is missing", remove("tokenizer.ggml.model")},
      {"'tokenizer.ggml.model' is 'llama', which is not supported; supported: 'gpt2' (byte-level "
       "BPE)",
       set("tokenizer.ggml.model", gguf_text("llama"))},
      {"the key 'tokenizer.ggml.pre' is missing", remove("tokenizer.ggml.pre")},
      {"the key 'tokenizer.ggml.tokens' is missing", remove("tokenizer.ggml.tokens")},
      {"the key 'tokenizer.ggml.merges' is missing", remove("tokenizer.ggml.merges")},
      {"the key 'tokenizer.ggml.precompiled_charsmap' (value 'an array of 1 integers') is not "
       "supported",
       set("tokenizer.ggml.precompiled_charsmap", gguf_i32s({1}))},
      {"'tokenizer.ggml.add_space_prefix' is true, which is not supported",
       set("tokenizer.ggml.add_space_prefix", gguf_bool(true))},
      {"'tokenizer.ggml.token_type' has 1 entries, 'tokenizer.ggml.tokens' has 264",
       set("tokenizer.ggml.token_type", gguf_i32s({1}))},
      {"'tokenizer.ggml.token_type': token 7 is of type 6; supported: 1 (normal), 3 (control), 4 "
       "(user-defined), 5 (unused)",
       set("tokenizer.ggml.token_type", gguf_i32s(types))},
      {bad_merge("in"), merges("in")},
      {bad_merge(" in"), merges(" in")},
      {bad_merge("in "), merges("in ")},
      {bad_merge("i n g"), merges("i n g")},
      {"'tokenizer.ggml.bos_token_id' is 264; there are 264 tokens",
       set("tokenizer.ggml.bos_token_id", gguf_u32(264))},
      {"the tokenizer has 264 tokens, the model only 200", set("llama.vocab_size", gguf_u32(200))},
  };
}

}  // namespace

TEST_CASE("the sizes of a GGUF model are read") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "m.gguf");
  const auto file = ModelFile::open(folder / "m.gguf");
  const TransformerConfig& config = file->config();
  CHECK(file->format() == "GGUF v3");
  CHECK(file->files() == std::vector{folder / "m.gguf"});
  CHECK(config.architecture == "llama");
  CHECK(config.name == "tiny");
  CHECK(config.layers == 2);
  CHECK(config.heads == 4);
  CHECK(config.kv_heads == 2);
  CHECK(config.head_size == 8);
  CHECK(config.hidden_size == 32);
  CHECK(config.intermediate_size == 48);
  CHECK(config.vocabulary_size == 264);
  CHECK(config.context_length == 256);
  CHECK(config.norm_epsilon == 1e-5);
  CHECK(config.rope_theta == 10000.0);
  REQUIRE(file->tensors().size() == 20);
  CHECK(file->tensors()[0].name == "token_embd.weight");
  CHECK(file->tensors()[0].type == "F32");
  CHECK(file->tensors()[0].shape == std::vector<int64_t>{264, 32});
  CHECK(file->tensors()[0].bytes == 264 * 32 * 4);
}

TEST_CASE("optional keys of a GGUF model have the format's defaults") {
  const TemporaryFolder folder;
  GgufWriter writer = tiny_gguf({.heads = 2, .kv_heads = 2, .head_size = 16});
  for (const auto* key : {"llama.attention.head_count_kv", "llama.attention.key_length",
                          "llama.attention.value_length", "llama.rope.dimension_count",
                          "llama.rope.freq_base", "llama.vocab_size", "general.name"}) {
    writer.remove(key);
  }
  write_file(folder / "m.gguf", writer.bytes());
  const auto config = ModelFile::open(folder / "m.gguf")->config();
  CHECK(config.kv_heads == 2);
  CHECK(config.head_size == 16);
  CHECK(config.rope_theta == 10000.0);
  CHECK(config.vocabulary_size == 264);
  CHECK(config.name.empty());
}

TEST_CASE("values that switch something off that is not built are accepted") {
  const TemporaryFolder folder;
  GgufWriter writer = tiny_gguf({});
  writer.set("llama.expert_count", gguf_u32(0));
  writer.set("llama.rope.scaling.type", gguf_text("none"));
  writer.set("llama.rope.scaling.factor", gguf_f32(1.0F));
  writer.set("tokenizer.ggml.add_bos_token", gguf_bool(true));
  writer.set("tokenizer.ggml.padding_token_id", gguf_u32(0));
  write_file(folder / "m.gguf", writer.bytes());
  CHECK_NOTHROW(ModelFile::open(folder / "m.gguf")->tokenizer());
}

TEST_CASE("GGUF models that the Transformer cannot compute are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "m.gguf";
  for (const Unsupported& unsupported : unsupported_models()) {
    GgufWriter writer = tiny_gguf({});
    unsupported.spoil(writer);
    write_file(path, writer.bytes());
    CHECK(input_error([&] { ModelFile::open(path); }) ==
          path.string() + ": " + unsupported.message);
  }
}

TEST_CASE("a GGUF model without a size of its vocabulary is refused") {
  const TemporaryFolder folder;
  const auto path = folder / "m.gguf";
  GgufWriter writer = tiny_gguf({});
  writer.remove("llama.vocab_size");
  writer.tensors.erase(writer.tensors.begin());
  write_file(path, writer.bytes());
  CHECK(input_error([&] { ModelFile::open(path); }) ==
        path.string() +
            ": neither the key 'llama.vocab_size' nor the tensor 'token_embd.weight' is "
            "there");
}

TEST_CASE("tokenizers in GGUF files that are not implemented are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "m.gguf";
  for (const Unsupported& unsupported : unsupported_tokenizers()) {
    GgufWriter writer = tiny_gguf({});
    unsupported.spoil(writer);
    write_file(path, writer.bytes());
    const auto file = ModelFile::open(path);
    CHECK(input_error([&] { file->tokenizer(); }) == path.string() + ": " + unsupported.message);
  }
}

TEST_CASE("control and user-defined tokens of a GGUF file become added tokens") {
  const TemporaryFolder folder;
  GgufWriter writer = tiny_gguf({});
  std::vector<int32_t> types(tiny_tokens().size(), 1);
  types[263] = 3;
  types[262] = 4;
  types[261] = 5;
  writer.set("tokenizer.ggml.token_type", gguf_i32s(types));
  write_file(folder / "m.gguf", writer.bytes());
  const TokenizerSpec spec = ModelFile::open(folder / "m.gguf")->tokenizer();
  CHECK(spec.source == (folder / "m.gguf").string());
  CHECK(spec.tokens == tiny_tokens());
  CHECK(spec.merges == tiny_merges());
  REQUIRE(spec.added_tokens.size() == 2);
  CHECK(spec.added_tokens[0].id == 262);
  CHECK_FALSE(spec.added_tokens[0].special);
  CHECK(spec.added_tokens[1].id == 263);
  CHECK(spec.added_tokens[1].content == "<|endoftext|>");
  CHECK(spec.added_tokens[1].special);
  CHECK(spec.bos_id == 263);
  CHECK(spec.eos_id == 263);
}

TEST_CASE("missing and misshapen tensors are refused by name") {
  const TemporaryFolder folder;
  const auto path = folder / "m.gguf";
  write_tiny_gguf({}, path);
  const auto file = ModelFile::open(path);
  CHECK_FALSE(file->tensor("lm_head.weight", {264, 32}).has_value());
  CHECK(input_error([&] {
          require_tensor(*file, "lm_head.weight", {264, 32});
        }) == path.string() + ": tensor 'lm_head.weight' is missing");
  CHECK(input_error([&] { require_tensor(*file, "model.norm.weight", {31}); }) ==
        path.string() + ": tensor 'output_norm.weight' has shape [32]; expected [31]");
}

TEST_CASE("a GGUF model gives its weights in Hugging Face's names and order") {
  const TemporaryFolder folder;
  const TinyModel model = {.heads = 6, .kv_heads = 3, .head_size = 10, .seed = 3};
  write_tiny_gguf(model, folder / "m.gguf");
  const auto file = ModelFile::open(folder / "m.gguf");
  for (const TinyWeight& weight : tiny_weights(model)) {
    INFO(weight.name);
    const auto expected = at::tensor(weight.values).view(weight.shape);
    CHECK(at::equal(require_tensor(*file, weight.name, weight.shape), expected));
  }
}

}  // namespace multistate::test
