// SentencePiece on a vocabulary small enough to be worked by hand. The ids are also those of the
// package sentencepiece 0.2.3 for the same model.

#include <fstream>
#include <functional>

#include <fmt/format.h>

#include "multistate/text/sentencepiece_file.h"
#include "multistate/text/sentencepiece_model.h"
#include "multistate/text/tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::sentencepiece_test {
namespace {

using Ids = std::vector<int64_t>;

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

using Type = SentencePieceModel::Type;

/// 0 to 2: <unk>, <s>, </s>; then the 256 bytes; then pieces with the scores of a BPE model, the
/// first of them 259.
SentencePieceModel small_model() {
  SentencePieceModel model;
  model.byte_fallback = true;
  model.pieces = {
      {"<unk>", 0, Type::kUnknown}, {"<s>", 0, Type::kControl}, {"</s>", 0, Type::kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    model.pieces.push_back({fmt::format("<0x{:02X}>", byte), 0, Type::kByte});
  }
  const std::vector<std::pair<const char*, float>> pieces = {
      {"\u2581", -10}, {"a", -11},  {"b", -12},      {"c", -13},      {"ab", -1},
      {"bc", -2},      {"abc", -3}, {"\u2581a", -4}, {"\u2581ab", -5}};
  for (const auto& [text, score] : pieces) {
    model.pieces.push_back({text, score, Type::kNormal});
  }
  return model;
}

TokenizerSpec read(const std::string& bytes) {
  const TemporaryFolder folder;
  write(folder / "tokenizer.model", bytes);
  TokenizerSpec spec = read_sentencepiece(folder / "tokenizer.model");
  spec.source = "test";
  return spec;
}

std::unique_ptr<Tokenizer> small_tokenizer() {
  return Tokenizer::make(read(serialize(small_model())));
}

/// The complaint about a file, without its path.
std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder / "tokenizer.model";
  write(path, bytes);
  const std::string message = input_error([&] { Tokenizer::make(read_sentencepiece(path)); });
  const std::string prefix = path.string() + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

std::string error_of(const std::function<void(SentencePieceModel&)>& spoil) {
  SentencePieceModel model = small_model();
  spoil(model);
  return error_of(serialize(model));
}

}  // namespace

TEST_CASE("pairs are joined by score, a space is written first, the rest becomes bytes") {
  const auto tokenizer = small_tokenizer();
  CHECK(tokenizer->encode("abc") == Ids{259, 265});
  CHECK(tokenizer->encode("bca") == Ids{259, 264, 260});
  CHECK(tokenizer->encode("abab") == Ids{267, 263});
  CHECK(tokenizer->encode("a  b") == Ids{266, 259, 259, 261});
  CHECK(tokenizer->encode("\u00e9") == Ids{259, 198, 172});
  CHECK(tokenizer->encode(std::string_view("\0a", 2)) == Ids{259, 3, 260});
  CHECK(tokenizer->encode("").empty());
}

TEST_CASE("text that goes on from other text has no space written before it") {
  const auto tokenizer = small_tokenizer();
  CHECK(tokenizer->encode_continuation("abc") == Ids{265});
  CHECK(tokenizer->encode_continuation(" a") == Ids{266});
  CHECK(tokenizer->encode_continuation("aab") == Ids{260, 263});
}

TEST_CASE("control pieces are cut out, and a space is written behind them as well, or not") {
  CHECK(small_tokenizer()->encode("a<s>b</s>") == Ids{266, 1, 259, 261, 2});
  CHECK(small_tokenizer()->encode("<unk>a") == Ids{0, 266});
  TokenizerSpec spec = read(serialize(small_model()));
  std::get<SentencePieceSpec>(spec.kind).space_behind_added_tokens = false;
  const auto modern = Tokenizer::make(spec);
  CHECK(modern->encode("a<s>b</s>") == Ids{266, 1, 261, 2});
  CHECK(modern->sha256() != small_tokenizer()->sha256());
}

TEST_CASE("decoding gives the text back, without the space that was written before it") {
  const auto tokenizer = small_tokenizer();
  for (const std::string text : {"abc", " a", "a<s>", "<s>", "\u00e9\n", "a b  c "}) {
    CHECK(tokenizer->decode(tokenizer->encode(text)) == text);
  }
  CHECK(tokenizer->token_bytes(266) == " a");
  CHECK(tokenizer->token_bytes(198) == "\xc3");
  CHECK(tokenizer->decode(Ids{266, 266}) == "a a");
}

TEST_CASE("a model names its BOS and EOS pieces, and texts begin with BOS") {
  SentencePieceModel model = small_model();
  auto tokenizer = Tokenizer::make(read(serialize(model)));
  CHECK(tokenizer->bos_id() == 1);
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->end_ids() == Ids{2});
  CHECK(tokenizer->description() == "SentencePiece BPE, 268 tokens, 3 added tokens");
  model.bos = "<none>";
  tokenizer = Tokenizer::make(read(serialize(model)));
  CHECK_FALSE(tokenizer->bos_id());
  CHECK_FALSE(tokenizer->add_bos());
}

TEST_CASE("a user-defined piece is not joined, an unused one is taken apart again") {
  SentencePieceModel model = small_model();
  model.pieces[261].type = Type::kUserDefined;  // "b"
  CHECK(Tokenizer::make(read(serialize(model)))->encode("abc") == Ids{266, 261, 262});
  model = small_model();
  model.pieces[265].type = Type::kUnused;  // "abc", of "ab" and "c"
  CHECK(Tokenizer::make(read(serialize(model)))->encode("abc") == Ids{259, 263, 262});
}

TEST_CASE("without bytes a run of characters that are no pieces is one unknown token") {
  SentencePieceModel model = small_model();
  model.byte_fallback = false;
  model.pieces.erase(model.pieces.begin() + 3, model.pieces.begin() + 259);
  CHECK(Tokenizer::make(read(serialize(model)))->encode("\u00e9\u00e8a\u00e9") == Ids{3, 0, 4, 0});
}

TEST_CASE("padding of the model's vocabulary decodes to nothing, other ids are refused") {
  TokenizerSpec spec = read(serialize(small_model()));
  spec.model_ids = 272;
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(tokenizer->decode(Ids{270, 260, 271}) == "a");
  CHECK(tokenizer->token_bytes(268).empty());
  CHECK(input_error([&] { tokenizer->decode(Ids{272}); }) ==
        "token id 272 is outside the vocabulary of 272 tokens");
}

TEST_CASE("files that are no SentencePiece model, or ask for what is not built, are refused") {
  CHECK(error_of(std::string()) == "is no SentencePiece model: it has no pieces");
  CHECK(error_of(std::string("\x0a\x7f\x00", 3)) ==
        "is no SentencePiece model: a field of 127 bytes has 1 left");
  CHECK(error_of(std::string("\x0b")) == "is no SentencePiece model: a field is of type 3");
  CHECK(error_of(std::string("\x08\x01")) ==
        "is no SentencePiece model: a piece is of type 0; expected 2");
  CHECK(error_of(std::string(11, '\xff')) ==
        "is no SentencePiece model: a number has more than 64 bits");
  const std::string whole = serialize(small_model());
  CHECK_THAT(error_of(whole.substr(0, whole.size() - 3)),
             ContainsSubstring("is no SentencePiece model: a field of"));
  // trainer_spec { treat_whitespace_as_suffix: true }
  CHECK(error_of(whole + std::string("\x12\x03\xc0\x01\x01")) ==
        "trainer_spec.treat_whitespace_as_suffix is true, which is not supported; supported: "
        "false");
  // normalizer_spec { escape_whitespaces: false }
  CHECK(error_of(whole + std::string("\x1a\x02\x28\x00", 4)) ==
        "normalizer_spec.escape_whitespaces is false, which is not supported; supported: true");
  // denormalizer_spec { precompiled_charsmap: "x" }
  CHECK(error_of(whole + std::string("\x2a\x03\x12\x01x")) ==
        "denormalizer_spec.precompiled_charsmap is given, which is not supported");
  // normalizer_spec { precompiled_charsmap: "x" }
  CHECK(error_of(whole + std::string("\x1a\x03\x12\x01x")) ==
        "normalizer_spec.precompiled_charsmap is given, which is not supported");
  // normalizer_spec { remove_extra_whitespaces: true }
  CHECK(error_of(whole + std::string("\x1a\x02\x20\x01")) ==
        "normalizer_spec.remove_extra_whitespaces is true, which is not supported; supported: "
        "false");
  // trainer_spec { model_type: 1 } and { model_type: 3 }
  CHECK(error_of(whole + std::string("\x12\x02\x18\x01")) ==
        "trainer_spec.model_type is 1 (unigram), which is not supported; supported: 2 (BPE)");
  CHECK(error_of(whole + std::string("\x12\x02\x18\x03")) ==
        "trainer_spec.model_type is 3 (neither unigram nor BPE), which is not supported; "
        "supported: 2 (BPE)");
}

TEST_CASE("vocabularies that contradict themselves are refused") {
  CHECK(error_of([](auto& model) { model.pieces[0].type = Type::kNormal; }) ==
        "0 pieces are of type unknown; expected 1");
  CHECK(error_of([](auto& model) { model.pieces[1].type = Type::kUnknown; }) ==
        "2 pieces are of type unknown; expected 1");
  CHECK(error_of([](auto& model) { model.pieces[260].text = "b"; }) ==
        "piece 261 ('b') is there twice");
  CHECK(error_of([](auto& model) { model.pieces[260].text = ""; }) == "piece 260 ('') is empty");
  CHECK(error_of([](auto& model) { model.pieces[3].type = Type::kNormal; }) ==
        "there is no piece '<0x00>' of type byte");
  CHECK(error_of([](auto& model) { model.pieces[260].type = Type::kByte; }) ==
        "257 pieces are of type byte; expected 256");
  CHECK(error_of([](auto& model) { model.byte_fallback = false; }) ==
        "256 pieces are of type byte; expected 0");
}

}  // namespace multistate::test::sentencepiece_test
