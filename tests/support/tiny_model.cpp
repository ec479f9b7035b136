#include "support/tiny_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/random.h"

#include "support/safetensors_writer.h"

namespace multistate::test {
namespace {

constexpr const char* kSpecial = "<|endoftext|>";

/// How much wider than usual queries and keys are: logits of attention get a standard deviation of
/// about 2 * 2 = 4, so that a few rows hold most of the weight.
constexpr double kAttentionGain = 2.0;

std::string utf8(uint32_t code) {
  if (code < 0x80) {
    return {static_cast<char>(code)};
  }
  return {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and on, in order.
std::array<std::string, 256> byte_alphabet() {
  std::array<std::string, 256> alphabet;
  uint32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    alphabet[byte] = utf8(printable ? byte : next++);
  }
  return alphabet;
}

std::vector<float> normal(size_t count, double deviation, uint64_t seed, uint64_t stream) {
  Random random({seed, stream});
  std::vector<float> values(count);
  for (float& value : values) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    value = static_cast<float>(deviation * radius *
                               std::cos(2.0 * std::numbers::pi * random.uniform()));
  }
  return values;
}

/// Collects weights; each has a random stream of its own.
struct WeightMaker {
  uint64_t seed = 0;
  std::vector<TinyWeight> weights;

  void norm(const std::string& name, int64_t size) {
    auto values = normal(static_cast<size_t>(size), 0.1, seed, weights.size());
    for (float& value : values) {
      value += 1.0F;
    }
    weights.push_back({name, {size}, std::move(values)});
  }

  /// `gain`: standard deviation of the outputs for inputs of 1.
  void linear(const std::string& name, int64_t out, int64_t in, double gain) {
    const double deviation = gain / std::sqrt(static_cast<double>(in));
    weights.push_back(
        {name, {out, in}, normal(static_cast<size_t>(out * in), deviation, seed, weights.size())});
  }
};

void add_layer(WeightMaker& maker, const TinyModel& model, int64_t layer) {
  const auto name = [&](const char* part) {
    return fmt::format("model.layers.{}.{}.weight", layer, part);
  };
  const int64_t hidden = model.hidden_size;
  const int64_t queries = model.heads * model.head_size;
  const int64_t keys = model.kv_heads * model.head_size;
  maker.norm(name("input_layernorm"), hidden);
  maker.linear(name("self_attn.q_proj"), queries, hidden, kAttentionGain);
  maker.linear(name("self_attn.k_proj"), keys, hidden, kAttentionGain);
  maker.linear(name("self_attn.v_proj"), keys, hidden, 1.0);
  maker.linear(name("self_attn.o_proj"), hidden, queries, 1.0);
  maker.norm(name("post_attention_layernorm"), hidden);
  maker.linear(name("mlp.gate_proj"), model.intermediate_size, hidden, 1.0);
  maker.linear(name("mlp.up_proj"), model.intermediate_size, hidden, 1.0);
  maker.linear(name("mlp.down_proj"), hidden, model.intermediate_size, 1.0);
}

/// Rows of a head as GGUF has them: row 2i + j is Hugging Face's row i + j * size / 2.
TinyWeight permuted(const TinyWeight& weight, int64_t head_size) {
  TinyWeight result = weight;
  const int64_t columns = weight.shape[1];
  for (int64_t row = 0; row < weight.shape[0]; ++row) {
    const int64_t in_head = row % head_size;
    const int64_t source = row - in_head + in_head / 2 + in_head % 2 * (head_size / 2);
    const auto first = weight.values.begin() + source * columns;
    std::copy(first, first + columns, result.values.begin() + row * columns);
  }
  return result;
}

/// Parts of Hugging Face's names and what stands for them in GGUF.
constexpr std::array<std::pair<const char*, const char*>, 12> kRenamed = {{
    {"model.embed_tokens", "token_embd"},
    {"model.norm", "output_norm"},
    {"model.layers", "blk"},
    {"input_layernorm", "attn_norm"},
    {"post_attention_layernorm", "ffn_norm"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
}};

std::string gguf_name(std::string name) {
  for (const auto& [from, to] : kRenamed) {
    const size_t at = name.find(from);
    if (at != std::string::npos) {
      name.replace(at, std::string_view(from).size(), to);
    }
  }
  return name;
}

std::string_view bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

int64_t vocabulary_size() {
  return static_cast<int64_t>(tiny_tokens().size());
}

void add_tokenizer(GgufWriter& writer) {
  std::vector<std::string> merges;
  for (const auto& [left, right] : tiny_merges()) {
    merges.push_back(left + " " + right);
  }
  std::vector<int32_t> types(tiny_tokens().size(), 1);
  types.back() = 3;
  const auto special = static_cast<uint32_t>(tiny_tokens().size() - 1);
  writer.set("tokenizer.ggml.model", gguf_text("gpt2"));
  writer.set("tokenizer.ggml.pre", gguf_text("smollm"));
  writer.set("tokenizer.ggml.tokens", gguf_texts(tiny_tokens()));
  writer.set("tokenizer.ggml.token_type", gguf_i32s(types));
  writer.set("tokenizer.ggml.merges", gguf_texts(merges));
  writer.set("tokenizer.ggml.bos_token_id", gguf_u32(special));
  writer.set("tokenizer.ggml.eos_token_id", gguf_u32(special));
}

void add_sizes(GgufWriter& writer, const TinyModel& model) {
  const auto set = [&](const char* key, int64_t value) {
    writer.set(fmt::format("llama.{}", key), gguf_u32(static_cast<uint32_t>(value)));
  };
  writer.set("general.architecture", gguf_text("llama"));
  writer.set("general.name", gguf_text("tiny"));
  set("block_count", model.layers);
  set("context_length", model.context_length);
  set("embedding_length", model.hidden_size);
  set("feed_forward_length", model.intermediate_size);
  set("attention.head_count", model.heads);
  set("attention.head_count_kv", model.kv_heads);
  set("attention.key_length", model.head_size);
  set("attention.value_length", model.head_size);
  set("rope.dimension_count", model.head_size);
  set("vocab_size", vocabulary_size());
  writer.set("llama.rope.freq_base", gguf_f32(10000.0F));
  writer.set("llama.attention.layer_norm_rms_epsilon", gguf_f32(1e-5F));
}

}  // namespace

std::vector<TinyWeight> tiny_weights(const TinyModel& model) {
  WeightMaker maker{model.seed, {}};
  maker.weights.push_back(
      {"model.embed_tokens.weight",
       {vocabulary_size(), model.hidden_size},
       normal(static_cast<size_t>(vocabulary_size() * model.hidden_size), 0.5, model.seed, 0)});
  for (int64_t layer = 0; layer < model.layers; ++layer) {
    add_layer(maker, model, layer);
  }
  maker.norm("model.norm.weight", model.hidden_size);
  return std::move(maker.weights);
}

WeightId id_of(const TinyWeight& weight) {
  static const std::map<std::string, Weight> parts = {
      {"embed_tokens", Weight::kEmbedding},
      {"input_layernorm", Weight::kAttentionNorm},
      {"q_proj", Weight::kQuery},
      {"k_proj", Weight::kKey},
      {"v_proj", Weight::kValue},
      {"o_proj", Weight::kOutput},
      {"gate_proj", Weight::kGate},
      {"post_attention_layernorm", Weight::kMlpNorm},
      {"up_proj", Weight::kUp},
      {"down_proj", Weight::kDown},
      {"norm", Weight::kFinalNorm}};
  std::vector<std::string> words;
  std::istringstream name(weight.name);
  for (std::string word; std::getline(name, word, '.');) {
    words.push_back(word);
  }
  const Weight part = parts.at(words[words.size() - 2]);
  return {part, words[1] == "layers" ? std::stoll(words[2]) : -1};
}

const std::vector<std::pair<std::string, std::string>>& tiny_merges() {
  static const std::vector<std::pair<std::string, std::string>> merges = {
      {"t", "h"}, {"th", "e"}, {"Ġ", "the"}, {"i", "n"}, {"in", "g"}, {"Ġ", "a"}, {"e", "r"}};
  return merges;
}

const std::vector<std::string>& tiny_tokens() {
  static const std::vector<std::string> tokens = [] {
    const auto alphabet = byte_alphabet();
    std::vector<std::string> all(alphabet.begin(), alphabet.end());
    for (const auto& [left, right] : tiny_merges()) {
      all.push_back(left + right);
    }
    all.emplace_back(kSpecial);
    return all;
  }();
  return tokens;
}

GgufWriter tiny_gguf(const TinyModel& model) {
  GgufWriter writer;
  add_sizes(writer, model);
  add_tokenizer(writer);
  for (const TinyWeight& weight : tiny_weights(model)) {
    const bool turned = weight.name.find("q_proj") != std::string::npos ||
                        weight.name.find("k_proj") != std::string::npos;
    const TinyWeight stored = turned ? permuted(weight, model.head_size) : weight;
    writer.add(gguf_name(stored.name), {stored.shape.rbegin(), stored.shape.rend()}, 0,
               bytes_of(stored.values));
  }
  return writer;
}

std::string tiny_config_json(const TinyModel& model) {
  const int64_t special = vocabulary_size() - 1;
  const nlohmann::json config = {{"architectures", {"LlamaForCausalLM"}},
                                 {"model_type", "llama"},
                                 {"_name_or_path", "tiny"},
                                 {"hidden_act", "silu"},
                                 {"attention_bias", false},
                                 {"num_hidden_layers", model.layers},
                                 {"num_attention_heads", model.heads},
                                 {"num_key_value_heads", model.kv_heads},
                                 {"head_dim", model.head_size},
                                 {"hidden_size", model.hidden_size},
                                 {"intermediate_size", model.intermediate_size},
                                 {"max_position_embeddings", model.context_length},
                                 {"vocab_size", vocabulary_size()},
                                 {"rms_norm_eps", 1e-5},
                                 {"rope_theta", 10000.0},
                                 {"rope_scaling", nullptr},
                                 {"tie_word_embeddings", true},
                                 {"bos_token_id", special},
                                 {"eos_token_id", special}};
  return config.dump(2);
}

std::string tiny_tokenizer_json() {
  using nlohmann::json;
  json vocabulary = json::object();
  for (size_t id = 0; id < tiny_tokens().size(); ++id) {
    vocabulary[tiny_tokens()[id]] = id;
  }
  json merges = json::array();
  for (const auto& [left, right] : tiny_merges()) {
    merges.push_back(left + " " + right);
  }
  const json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", false},
                           {"trim_offsets", true},
                           {"use_regex", true}};
  const json digits = {{"type", "Digits"}, {"individual_digits", true}};
  const json special = {{"id", tiny_tokens().size() - 1},
                        {"content", kSpecial},
                        {"single_word", false},
                        {"lstrip", false},
                        {"rstrip", false},
                        {"normalized", false},
                        {"special", true}};
  const json bpe = {{"type", "BPE"},
                    {"dropout", nullptr},
                    {"unk_token", nullptr},
                    {"continuing_subword_prefix", nullptr},
                    {"end_of_word_suffix", nullptr},
                    {"fuse_unk", false},
                    {"byte_fallback", false},
                    {"ignore_merges", false},
                    {"vocab", vocabulary},
                    {"merges", merges}};
  const json sequence = {{"type", "Sequence"},
                         {"pretokenizers", json::array({digits, byte_level})}};
  const json tokenizer = {{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", json::array({special})},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", sequence},
                          {"post_processor", nullptr},
                          {"decoder", byte_level},
                          {"model", bpe}};
  return tokenizer.dump();
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    throw std::runtime_error(fmt::format("cannot write {}", path.string()));
  }
}

void write_tiny_gguf(const TinyModel& model, const std::filesystem::path& path) {
  write_file(path, tiny_gguf(model).bytes());
}

void write_spoiled_gguf(const TinyModel& model, const std::string& tensor, int64_t place,
                        float value, const std::filesystem::path& path) {
  GgufWriter writer = tiny_gguf(model);
  const auto entry = std::find_if(writer.tensors.begin(), writer.tensors.end(),
                                  [&](const GgufTensorEntry& one) { return one.name == tensor; });
  if (entry == writer.tensors.end()) {
    throw std::invalid_argument("the tiny model has no tensor " + tensor);
  }
  const size_t at = entry->offset + static_cast<size_t>(place) * sizeof(float);
  writer.data.replace(at, sizeof(float), raw(value));
  write_file(path, writer.bytes());
}

void write_tiny_safetensors(const TinyModel& model, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  SafetensorsWriter writer;
  for (const TinyWeight& weight : tiny_weights(model)) {
    writer.add(weight.name, "F32", weight.shape, bytes_of(weight.values));
  }
  write_file(folder / "model.safetensors", writer.bytes());
  write_file(folder / "config.json", tiny_config_json(model));
  write_file(folder / "tokenizer.json", tiny_tokenizer_json());
}

}  // namespace multistate::test
