// SentencePiece vocabularies in GGUF files (tokenizer.ggml.model = llama), worked by hand.

#include <fmt/format.h>

#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/gguf_writer.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::gguf_sentencepiece_test {
namespace {

using Ids = std::vector<int64_t>;

constexpr const char* kModel = "tokenizer.ggml.model";
constexpr const char* kTokens = "tokenizer.ggml.tokens";
constexpr const char* kTypes = "tokenizer.ggml.token_type";
constexpr const char* kScores = "tokenizer.ggml.scores";

/// 0 to 2: <unk>, <s>, </s>; the 256 bytes; and 259 to 263.
std::vector<std::string> tokens() {
  std::vector<std::string> all = {"<unk>", "<s>", "</s>"};
  for (int byte = 0; byte < 256; ++byte) {
    all.push_back(fmt::format("<0x{:02X}>", byte));
  }
  all.insert(all.end(), {"\u2581", "a", "\u2581a", "  ", "b"});
  return all;
}

std::vector<int32_t> types() {
  std::vector<int32_t> all = {2, 3, 3};
  all.resize(259, 6);
  all.insert(all.end(), {1, 1, 1, 4, 5});
  return all;
}

std::vector<float> scores() {
  std::vector<float> all(264, 0.0F);
  all[261] = -1.0F;
  return all;
}

GgufWriter vocabulary() {
  GgufWriter writer = tiny_gguf({});
  writer.remove("tokenizer.ggml.pre");
  writer.remove("tokenizer.ggml.merges");
  writer.set(kModel, gguf_text("llama"));
  writer.set(kTokens, gguf_texts(tokens()));
  writer.set(kTypes, gguf_i32s(types()));
  writer.set(kScores, gguf_f32s(scores()));
  writer.set("tokenizer.ggml.bos_token_id", gguf_u32(1));
  writer.set("tokenizer.ggml.eos_token_id", gguf_u32(2));
  return writer;
}

std::unique_ptr<Tokenizer> read(const GgufWriter& writer) {
  const TemporaryFolder folder;
  write_file(folder / "m.gguf", writer.bytes());
  return Tokenizer::make(ModelFile::open(folder / "m.gguf")->tokenizer());
}

std::string error_of(const std::function<void(GgufWriter&)>& spoil) {
  GgufWriter writer = vocabulary();
  spoil(writer);
  const TemporaryFolder folder;
  const auto path = folder / "m.gguf";
  write_file(path, writer.bytes());
  const std::string message =
      input_error([&] { Tokenizer::make(ModelFile::open(path)->tokenizer()); });
  const std::string prefix = path.string() + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

}  // namespace

TEST_CASE("a vocabulary of the kind llama is encoded as llama.cpp does") {
  GgufWriter writer = vocabulary();
  const auto tokenizer = read(writer);
  // Two spaces are one user-defined token; a space is written behind it too.
  CHECK(tokenizer->encode("a  ab") == Ids{261, 262, 261, 263});
  CHECK(tokenizer->encode("ba") == Ids{259, 263, 260});
  CHECK(tokenizer->encode("<s>a<unk>") == Ids{1, 261, 0});
  CHECK(tokenizer->encode("\u00e9") == Ids{259, 198, 172});
  CHECK(tokenizer->decode(tokenizer->encode("ba c")) == "ba c");

  writer.set("tokenizer.ggml.add_space_prefix", gguf_bool(false));
  const auto plain = read(writer);
  CHECK(plain->encode("a  ab") == Ids{260, 262, 260, 263});
  CHECK(plain->decode(Ids{261}) == " a");
}

TEST_CASE("without a token for what is unknown a control token stands for it") {
  GgufWriter writer = vocabulary();
  auto all = types();
  all[0] = 3;
  writer.set(kTypes, gguf_i32s(all));
  CHECK(read(writer)->encode("<unk>a") == Ids{0, 261});
}

TEST_CASE("several unknown tokens, which is how converters write padding, are cut out") {
  GgufWriter writer = vocabulary();
  auto all = types();
  all[2] = 2;
  writer.set(kTypes, gguf_i32s(all));
  CHECK(read(writer)->encode("<unk></s>a") == Ids{0, 2, 261});
}

TEST_CASE("the file says whether a text begins with BOS; else this kind does") {
  GgufWriter writer = vocabulary();
  auto tokenizer = read(writer);
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->bos_rule() ==
        "llama.cpp's rule for this kind of tokenizer, since the GGUF file does not say");
  writer.set("tokenizer.ggml.add_bos_token", gguf_bool(false));
  tokenizer = read(writer);
  CHECK_FALSE(tokenizer->add_bos());
  CHECK(tokenizer->bos_rule() == "tokenizer.ggml.add_bos_token in the GGUF file");
  writer.remove("tokenizer.ggml.add_bos_token");
  writer.remove("tokenizer.ggml.bos_token_id");
  CHECK_FALSE(read(writer)->add_bos());
  CHECK(error_of([](GgufWriter& w) {
          w.remove("tokenizer.ggml.bos_token_id");
          w.set("tokenizer.ggml.add_bos_token", gguf_bool(true));
        }) == "says that a text begins with a BOS token, and names no BOS token");
}

TEST_CASE("byte-level BPE begins no text with BOS unless the file says so") {
  GgufWriter writer = tiny_gguf({});
  CHECK_FALSE(read(writer)->add_bos());
  writer.set("tokenizer.ggml.add_bos_token", gguf_bool(true));
  CHECK(read(writer)->add_bos());
}

TEST_CASE("the ends of a text, of a turn and of a message all end a text") {
  GgufWriter writer = vocabulary();
  CHECK(read(writer)->end_ids() == Ids{2});
  writer.set("tokenizer.ggml.eot_token_id", gguf_u32(263));
  writer.set("tokenizer.ggml.eom_token_id", gguf_u32(260));
  const auto tokenizer = read(writer);
  CHECK(tokenizer->eos_id() == 2);
  CHECK(tokenizer->end_ids() == Ids{2, 260, 263});
  CHECK(error_of([](GgufWriter& w) { w.set("tokenizer.ggml.eot_token_id", gguf_u32(264)); }) ==
        "'tokenizer.ggml.eot_token_id' is 264; there are 264 tokens");
}

TEST_CASE("malformed vocabularies of the kind llama are refused") {
  CHECK(error_of([](GgufWriter& w) { w.remove(kScores); }) ==
        "the key 'tokenizer.ggml.scores' is missing");
  CHECK(error_of([](GgufWriter& w) { w.set(kScores, gguf_f32s({1.0F})); }) ==
        "'tokenizer.ggml.scores' has 1 entries, 'tokenizer.ggml.tokens' has 264");
  CHECK(error_of([](GgufWriter& w) { w.set(kScores, gguf_text("x")); }) ==
        "'tokenizer.ggml.scores' is 'x'; expected an array of numbers");
  CHECK(error_of([](GgufWriter& w) { w.remove(kTypes); }) ==
        "the key 'tokenizer.ggml.token_type' is missing");
  CHECK(error_of([](GgufWriter& w) {
          auto all = types();
          all[259] = 7;
          w.set(kTypes, gguf_i32s(all));
        }) == "'tokenizer.ggml.token_type': token 259 is of type 7; expected 1 to 6");
  CHECK(error_of([](GgufWriter& w) {
          auto all = types();
          all[13] = 1;
          w.set(kTypes, gguf_i32s(all));
        }) == "'tokenizer.ggml.tokens' has no token '<0x0A>' of type 6 (byte)");
  CHECK(error_of([](GgufWriter& w) {
          auto all = types();
          all[0] = all[1] = all[2] = all[262] = 1;
          w.set(kTypes, gguf_i32s(all));
        }) == "'tokenizer.ggml.token_type' has no token of type 2 (unknown) or 3 (control)");
  CHECK(error_of([](GgufWriter& w) {
          w.set("tokenizer.ggml.remove_extra_whitespaces", gguf_bool(true));
        }) == "'tokenizer.ggml.remove_extra_whitespaces' is true, which is not supported");
  CHECK(error_of([](GgufWriter& w) {
          auto all = tokens();
          all[263] = "a";
          w.set(kTokens, gguf_texts(all));
        }) == "piece 263 ('a') is there twice");
}

}  // namespace multistate::test::gguf_sentencepiece_test
