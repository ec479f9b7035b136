#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/checkpoint/weights.h"

#include "support/gguf_writer.h"

namespace multistate::test {

/// A complete Llama-family model with random float32 weights, its output head tied to the
/// embedding, and a byte-level BPE tokenizer: the 256 bytes, the merges of tiny_merges(), and the
/// special token
/// "<|endoftext|>", which is both BOS and EOS. Queries and keys are scaled so that attention is far
/// from uniform.
struct TinyModel {
  int64_t layers = 2;
  int64_t heads = 4;
  int64_t kv_heads = 2;
  int64_t head_size = 8;
  int64_t hidden_size = 32;
  int64_t intermediate_size = 48;
  int64_t context_length = 256;
  uint64_t seed = 1;
};

/// A weight in Hugging Face's names and row order.
struct TinyWeight {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;
};

std::vector<TinyWeight> tiny_weights(const TinyModel& model);

/// What the weight is for.
WeightId id_of(const TinyWeight& weight);

/// Token strings by id: byte b is token b, then one token a merge, then the special one.
const std::vector<std::string>& tiny_tokens();
const std::vector<std::pair<std::string, std::string>>& tiny_merges();

/// The pieces of the GGUF file, for tests that spoil some.
GgufWriter tiny_gguf(const TinyModel& model);
std::string tiny_config_json(const TinyModel& model);
std::string tiny_tokenizer_json();

void write_file(const std::filesystem::path& path, std::string_view bytes);
void write_tiny_gguf(const TinyModel& model, const std::filesystem::path& path);

/// The same with `value` at place `place` of a tensor ("blk.0.ffn_down.weight").
void write_spoiled_gguf(const TinyModel& model, const std::string& tensor, int64_t place,
                        float value, const std::filesystem::path& path);

/// config.json, tokenizer.json and model.safetensors; makes the folder.
void write_tiny_safetensors(const TinyModel& model, const std::filesystem::path& folder);

}  // namespace multistate::test
