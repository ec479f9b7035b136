// A GGUF file: its container, and the tokenizer in it.

#include <fmt/format.h>

#include "multistate/checkpoint/gguf_reader.h"
#include "multistate/checkpoint/gguf_tokenizer.h"
#include "multistate/text/byte_alphabet.h"

#include "fuzz/target.h"
#include "fuzz/use_tokenizer.h"
#include "support/gguf_writer.h"

namespace multistate::fuzz {
namespace {

test::GgufWriter with_tensors() {
  test::GgufWriter writer;
  writer.set("general.architecture", test::gguf_text("llama"));
  writer.set("llama.block_count", test::gguf_u32(2));
  writer.set("llama.rope.freq_base", test::gguf_f32(10000.0F));
  writer.add("token_embd.weight", {4, 8}, 0, std::string(4 * 8 * 4, '\1'));
  writer.add("blk.0.ffn_up.weight", {32, 2}, 3, std::string(2 * 20, '\2'));  // Q4_1.
  return writer;
}

std::string byte_level() {
  test::GgufWriter writer = with_tensors();
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  tokens.insert(tokens.end(), {"Th", "The", "<s>"});
  std::vector<int32_t> types(tokens.size(), 1);
  types.back() = 3;
  writer.set("tokenizer.ggml.model", test::gguf_text("gpt2"));
  writer.set("tokenizer.ggml.pre", test::gguf_text("smollm"));
  writer.set("tokenizer.ggml.tokens", test::gguf_texts(tokens));
  writer.set("tokenizer.ggml.token_type", test::gguf_i32s(types));
  writer.set("tokenizer.ggml.merges", test::gguf_texts({"T h", "Th e"}));
  writer.set("tokenizer.ggml.bos_token_id", test::gguf_u32(258));
  writer.set("tokenizer.ggml.eos_token_id", test::gguf_u32(258));
  return writer.bytes();
}

std::string sentencepiece() {
  test::GgufWriter writer = with_tensors();
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> types = {2, 3, 3};
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(fmt::format("<0x{:02X}>", byte));
    types.push_back(6);
  }
  for (const char* token : {"\u2581", "T", "h", "e", "Th", "The"}) {
    tokens.emplace_back(token);
    types.push_back(1);
  }
  writer.set("tokenizer.ggml.model", test::gguf_text("llama"));
  writer.set("tokenizer.ggml.tokens", test::gguf_texts(tokens));
  writer.set("tokenizer.ggml.token_type", test::gguf_i32s(types));
  writer.set("tokenizer.ggml.scores", test::gguf_f32s(std::vector<float>(tokens.size(), -1.0F)));
  writer.set("tokenizer.ggml.bos_token_id", test::gguf_u32(1));
  writer.set("tokenizer.ggml.eos_token_id", test::gguf_u32(2));
  return writer.bytes();
}

}  // namespace

void read(std::string_view input) {
  const auto content = parse_gguf(std::as_bytes(std::span(input)), "model.gguf");
  use_tokenizer(read_gguf_tokenizer(content.metadata));
}

std::vector<std::string> seeds() {
  return {byte_level(), sentencepiece()};
}

}  // namespace multistate::fuzz
