#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "multistate/checkpoint/model_file.h"

#include "checkpoint/weight_values.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::gguf_model_test {
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
    "is not supported: a model of the architecture 'llama' with 2 layers and this configuration "
    "has "
    "no such weight";

std::vector<Unsupported> unsupported_models() {
  return {
      {"the key 'general.architecture' is missing", remove("general.architecture")},
      {"'general.architecture' is 'mamba', which is not supported; supported: gemma2, gemma3, "
       "gptneox, granite, llama, olmo2, phi3, qwen2, qwen3, smollm3",
       set("general.architecture", gguf_text("mamba"))},
      {"'general.type' is 'adapter'; supported: 'model'",
       set("general.type", gguf_text("adapter"))},
      {"the key 'llama.block_count' is missing", remove("llama.block_count")},
      {"the key 'llama.attention.layer_norm_rms_epsilon' is missing",
       remove("llama.attention.layer_norm_rms_epsilon")},
      {"'llama.block_count' is 'two'; expected an integer",
       set("llama.block_count", gguf_text("two"))},
      {"'llama.attention.head_count_kv' is 'an array of 2 integers'; expected an integer",
       set("llama.attention.head_count_kv", gguf_i32s({2, 2}))},
      {"the number of layers is 0; allowed are 1 to 10000", set("llama.block_count", gguf_u32(0))},
      {"4 query heads cannot be shared out among 3 key/value heads",
       set("llama.attention.head_count_kv", gguf_u32(3))},
      {"'llama.embedding_length' 30 is not a multiple of 'llama.attention.head_count' 4, and there "
       "is no 'llama.attention.key_length'",
       [](GgufWriter& w) {
         w.set("llama.embedding_length", gguf_u32(30));
         w.remove("llama.attention.key_length");
       }},
      {"RoPE turns 7 of 8 elements of a head; expected an even number of them",
       set("llama.rope.dimension_count", gguf_u32(7))},
      {"RoPE turns 10 of 8 elements of a head; expected an even number of them",
       set("llama.rope.dimension_count", gguf_u32(10))},
      {"'llama.attention.value_length' is '16'; supported: the head size, 8",
       set("llama.attention.value_length", gguf_u32(16))},
      {"'llama.rope.scaling.type' is 'cubic'; supported: 'none', 'linear', 'yarn', 'longrope'",
       set("llama.rope.scaling.type", gguf_text("cubic"))},
      {"the key 'llama.rope.scaling.factor' is missing",
       set("llama.rope.scaling.type", gguf_text("linear"))},
      {"'llama.rope.scaling.factor' is '0'; supported: a positive number",
       [](GgufWriter& w) {
         w.set("llama.rope.scaling.type", gguf_text("yarn"));
         w.set("llama.rope.scaling.factor", gguf_f32(0.0F));
       }},
      {"the sliding window is 1; expected 2 or more tokens",
       set("llama.attention.sliding_window", gguf_u32(1))},
      {"'llama.rope.scaling.factor' is '8', which is not supported; supported: '1'",
       set("llama.rope.scaling.factor", gguf_f32(8.0F))},
      {"'llama.expert_count' is '8', which is not supported; supported: '0'",
       set("llama.expert_count", gguf_u32(8))},
      {"the key 'llama.attention.magic' (value 'true') is not supported",
       set("llama.attention.magic", gguf_bool(true))},
      {"a factor of RoPE's frequencies is 0; expected a positive number",
       add_tensor("rope_freqs.weight")},
      {"RoPE has both factors of its frequencies ('rope_freqs.weight') and scaling 'linear'",
       [](GgufWriter& w) {
         w.set("llama.rope.scaling.type", gguf_text("linear"));
         w.set("llama.rope.scaling.factor", gguf_f32(2.0F));
         w.add("rope_freqs.weight", {4}, 0, std::string(16, '\1'));
       }},
      {"tensor 'blk.0.attn_q.bias' has shape [4]; expected [32]", add_tensor("blk.0.attn_q.bias")},
      {"tensor 'blk.0.attn_q_norm.weight' " + std::string(kNoSuchWeight),
       add_tensor("blk.0.attn_q_norm.weight")},
      {"tensor 'blk.00.attn_q.weight' " + std::string(kNoSuchWeight),
       add_tensor("blk.00.attn_q.weight")},
      {"tensor 'blk.2.attn_q.weight' " + std::string(kNoSuchWeight),
       add_tensor("blk.2.attn_q.weight")},
      {"tensor 'blk.1.ffn_up.weight' is missing",
       [](GgufWriter& w) {
         std::erase_if(w.tensors, [](const auto& t) { return t.name == "blk.1.ffn_up.weight"; });
       }},
      {"tensor 'blk.0.ffn_gate.weight' has shape [48, 32]; expected [40, 32]",
       set("llama.feed_forward_length", gguf_u32(40))},
      {"tensor 'token_embd.weight' has shape [264, 32]; expected [200, 32]",
       set("llama.vocab_size", gguf_u32(200))},
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
      {"'tokenizer.ggml.model' is 't5', which is not supported; supported: 'gpt2' (byte-level "
       "BPE), 'llama' (SentencePiece)",
       set("tokenizer.ggml.model", gguf_text("t5"))},
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
      {"the tokenizer has 265 tokens, the model only 264",
       [](GgufWriter& w) {
         auto tokens = tiny_tokens();
         tokens.emplace_back("one more");
         w.set("tokenizer.ggml.tokens", gguf_texts(tokens));
         w.set("tokenizer.ggml.token_type", gguf_i32s(std::vector<int32_t>(tokens.size(), 1)));
       }},
  };
}

}  // namespace

TEST_CASE("the sizes of a GGUF model are read") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "m.gguf");
  const auto file = ModelFile::open(folder / "m.gguf");
  const DecoderSpec& spec = file->spec();
  const AttentionSpec& attention = spec.layers.front().attention;
  CHECK(file->format() == "GGUF v3");
  CHECK(file->files() == std::vector{folder / "m.gguf"});
  CHECK(spec.architecture == "llama");
  CHECK(spec.name == "tiny");
  CHECK(spec.layer_count() == 2);
  CHECK(attention.heads == 4);
  CHECK(attention.kv_heads == 2);
  CHECK(attention.head_size == 8);
  CHECK(spec.hidden_size == 32);
  CHECK(spec.layers.front().mlp.size == 48);
  CHECK(spec.vocabulary_size == 264);
  CHECK(spec.context_length == 256);
  CHECK(spec.norm_epsilon == 1e-5);
  CHECK(attention.rotation.theta == 10000.0);
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
  const auto file = ModelFile::open(folder / "m.gguf");
  const DecoderSpec& spec = file->spec();
  const AttentionSpec& attention = spec.layers.front().attention;
  CHECK(attention.kv_heads == 2);
  CHECK(attention.head_size == 16);
  CHECK(attention.rotation.theta == 10000.0);
  CHECK(spec.vocabulary_size == 264);
  CHECK(spec.name.empty());
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
  CHECK(std::get<BpeSpec>(spec.kind).merges == tiny_merges());
  REQUIRE(spec.added_tokens.size() == 2);
  CHECK(spec.added_tokens[0].id == 262);
  CHECK_FALSE(spec.added_tokens[0].special);
  CHECK(spec.added_tokens[1].id == 263);
  CHECK(spec.added_tokens[1].content == "<|endoftext|>");
  CHECK(spec.added_tokens[1].special);
  CHECK(spec.bos_id == 263);
  CHECK(spec.eos_id == 263);
}

TEST_CASE("a GGUF model gives its weights in the order of Hugging Face") {
  const TemporaryFolder folder;
  const TinyModel model = {.heads = 6, .kv_heads = 3, .head_size = 10, .seed = 3};
  write_tiny_gguf(model, folder / "m.gguf");
  const auto file = ModelFile::open(folder / "m.gguf");
  for (const TinyWeight& weight : tiny_weights(model)) {
    INFO(weight.name);
    CHECK(shape_of(file->spec(), id_of(weight)) == weight.shape);
    CHECK(weight_values(*file, id_of(weight)) == weight.values);
  }
}

}  // namespace multistate::test::gguf_model_test
