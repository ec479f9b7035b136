// tekken.json and tiktoken's files on vocabularies small enough to be worked by hand.

#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/base64.h"
#include "multistate/text/tekken_json.h"
#include "multistate/text/tiktoken_file.h"
#include "multistate/text/tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/to_base64.h"

namespace multistate::test::ranked_tokens_test {
namespace {

using Ids = std::vector<int64_t>;

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

using nlohmann::json;

/// The 256 bytes, then these.
std::vector<std::string> tokens_with(const std::vector<std::string>& more) {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.emplace_back(1, static_cast<char>(byte));
  }
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

std::string tiktoken_file(const std::vector<std::string>& tokens) {
  std::string text;
  for (size_t rank = 0; rank < tokens.size(); ++rank) {
    text += fmt::format("{} {}\n", to_base64(tokens[rank]), rank);
  }
  return text;
}

json tekken_file(const std::vector<std::string>& tokens) {
  json vocabulary = json::array();
  for (size_t rank = 0; rank < tokens.size(); ++rank) {
    vocabulary.push_back(
        {{"rank", rank}, {"token_bytes", to_base64(tokens[rank])}, {"token_str", nullptr}});
  }
  return {{"config",
           {{"pattern", "\\p{L}+|\\s+|[^\\p{L}\\s]+"},
            {"num_vocab_tokens", tokens.size()},
            {"default_vocab_size", tokens.size() + 24},
            {"default_num_special_tokens", 25},
            {"version", "v3"}}},
          {"vocab", vocabulary}};
}

/// Reads bytes as a file.
template <class Read>
TokenizerSpec read_as(const std::string& bytes, Read read) {
  const TemporaryFolder folder;
  write(folder / "file", bytes);
  return read(folder / "file");
}

template <class Read>
std::string error_of(const std::string& bytes, Read read) {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  write(path, bytes);
  const std::string message = input_error([&] { Tokenizer::make(read(path)); });
  return message.starts_with(path.string()) ? message.substr(path.string().size()) : message;
}

std::string tekken_error(const char* pointer, const json& value) {
  json file = tekken_file(tokens_with({"aa"}));
  file[json::json_pointer(pointer)] = value;
  return error_of(file.dump(), read_tekken_json);
}

}  // namespace

TEST_CASE("base64 is decoded, and what is none is told") {
  CHECK(from_base64("").value().empty());
  CHECK(from_base64("Zg==") == "f");
  CHECK(from_base64("Zm8=") == "fo");
  CHECK(from_base64("Zm9v") == "foo");
  CHECK(from_base64("AP8=") == std::string("\0\xff", 2));
  for (const char* text : {"Z", "Zg=", "Zg", "Zh==", "Zg==Zg==", "Z===", "====", "Zm 9", "Zm9-"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}

TEST_CASE("neighbours are joined to the token with the lowest rank, the leftmost first") {
  const auto spec = read_as(tiktoken_file(tokens_with({"aa", "aaa", "ab"})), read_llama3_tiktoken);
  const auto tokenizer = Tokenizer::make(spec);
  // A piece that is a token is taken whole, though joining gives [aa, a].
  CHECK(tokenizer->encode("aaa") == Ids{257});
  CHECK(tokenizer->encode("aaaa") == Ids{256, 256});
  CHECK(tokenizer->encode("aaaaa") == Ids{256, 257});
  CHECK(tokenizer->encode("aab") == Ids{256, 'b'});
  CHECK(tokenizer->encode("cab") == Ids{'c', 258});
  CHECK(tokenizer->encode("\u00e9") == Ids{0xC3, 0xA9});
}

TEST_CASE("a tiktoken file has Llama 3's special tokens and begins texts with BOS") {
  const auto spec = read_as(tiktoken_file(tokens_with({"aa"})), read_llama3_tiktoken);
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(tokenizer->vocabulary_size() == 257 + 256);
  CHECK(tokenizer->bos_id() == 257);
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->eos_id() == 258);
  CHECK(tokenizer->end_ids() == Ids{258, 265, 266});
  CHECK(tokenizer->encode("<|eot_id|>") == Ids{266});
  CHECK(spec.tokens.back() == "<|reserved_special_token_245|>");
  CHECK(tokenizer->description() == "byte-level BPE, 513 tokens, merged by id, 256 added tokens");
}

TEST_CASE("Llama 3's pattern cuts numbers at three digits and keeps line ends with signs") {
  const auto spec =
      read_as(tiktoken_file(tokens_with({"12", "123", "1234", "!\n", "'S"})), read_llama3_tiktoken);
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(tokenizer->encode("1234") == Ids{257, '4'});
  CHECK(tokenizer->encode("!\n") == Ids{259});
  CHECK(tokenizer->encode("a'S") == Ids{'a', 260});
}

TEST_CASE("a qwen.tiktoken has Qwen's special tokens and no BOS") {
  const auto spec =
      read_as(tiktoken_file(tokens_with({"12", "\u00e9", "!\n"})), read_qwen_tiktoken);
  const auto tokenizer = Tokenizer::make(spec);
  // <|endoftext|>, <|im_start|>, <|im_end|>, <|extra_0|> to <|extra_204|>.
  CHECK(tokenizer->vocabulary_size() == 259 + 208);
  CHECK(spec.tokens.back() == "<|extra_204|>");
  CHECK_FALSE(tokenizer->bos_id());
  CHECK_FALSE(tokenizer->add_bos());
  CHECK(tokenizer->end_ids() == Ids{259, 261});
  CHECK(tokenizer->encode("a<|im_start|>") == Ids{'a', 260});
  CHECK(tokenizer->encode("12") == Ids{'1', '2'});  // Digits are pieces of their own.
  CHECK(tokenizer->encode("!\n") == Ids{258});
  CHECK(tokenizer->encode("e\u0301") == Ids{257});  // NFC.
}

TEST_CASE("a tiktoken file is told from a SentencePiece model") {
  CHECK(is_tiktoken("IQ== 0\nIg== 1\n"));
  CHECK_FALSE(is_tiktoken(std::string("\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02", 16)));
  CHECK_FALSE(is_tiktoken(""));
}

TEST_CASE("malformed tiktoken files are refused with their line") {
  const auto error = [](const std::string& text) { return error_of(text, read_llama3_tiktoken); };
  CHECK(error("AA== 0\nAQ== 2\n") == ":2: 'AQ== 2' is no token in base64 with the rank 1");
  CHECK(error("AA== 0\nAQ==\n") == ":2: 'AQ==' is no token in base64 with the rank 1");
  CHECK(error("AA== 0\nAQ== 1x\n") == ":2: 'AQ== 1x' is no token in base64 with the rank 1");
  CHECK(error("AA== 0\n\n") == ":2: '' is no token in base64 with the rank 1");
  CHECK(error("AA= 0\n") == ":1: 'AA=' is no token in base64");
  CHECK(error("AA== 0\nAA== 1\n") == ": tokens 0 and 1 are both '\u0100'");
}

TEST_CASE("a tekken.json has its special tokens first") {
  const auto spec = read_as(tekken_file(tokens_with({"aa"})).dump(), read_tekken_json);
  const auto tokenizer = Tokenizer::make(spec);
  // 25 special tokens, 20 of them known by name, and one token less than the file has.
  CHECK(tokenizer->vocabulary_size() == 281);
  CHECK(tokenizer->encode("aa!") == Ids{'a' + 25, 'a' + 25, '!' + 25});
  CHECK(tokenizer->encode("[INST]a[/INST]<SPECIAL_24>") == Ids{3, 'a' + 25, 4, 24});
  CHECK(tokenizer->bos_id() == 1);
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->end_ids() == Ids{2});

  json named = tekken_file(tokens_with({"aa"}));
  named["config"]["default_vocab_size"] = 257 + 25;
  named["config"]["version"] = "v11";
  named["special_tokens"] = {{{"rank", 0}, {"token_str", "</s>"}, {"is_control", true}},
                             {{"rank", 1}, {"token_str", "<s>"}, {"is_control", true}}};
  const auto newer = Tokenizer::make(read_as(named.dump(), read_tekken_json));
  CHECK(newer->encode("aa<s></s><SPECIAL_2>") == Ids{256 + 25, 1, 0, 2});
}

TEST_CASE("malformed tekken.json files are refused with their place") {
  CHECK_THAT(tekken_error("/surprise", 1), ContainsSubstring("'surprise'"));
  CHECK(tekken_error("/vocab", 5) == ": vocab is '5'; expected a list");
  CHECK(tekken_error("/config", 5) == ": config is '5'; expected an object");
  CHECK(tekken_error("/vocab/3", 5) == ": vocab[3] is '5'; expected an object");
  CHECK(tekken_error("/vocab/3/rank", 4) == ": vocab[3]: 'rank' is '4'; expected 3");
  CHECK(tekken_error("/vocab/3/token_bytes", "A") == ": vocab[3]: 'A' is no token in base64");
  CHECK(tekken_error("/config/default_vocab_size", 500) ==
        ": config: 'default_vocab_size' is '500'; expected more than the 25 special tokens, and at "
        "most 257 more");
  json few = tekken_file(tokens_with({"aa"}));
  few["config"]["default_num_special_tokens"] = 19;
  few["config"]["default_vocab_size"] = 270;
  CHECK(error_of(few.dump(), read_tekken_json) ==
        ": there are 20 special tokens, and config.default_num_special_tokens is 19");
  CHECK(tekken_error("/config/version", "v11") ==
        ": special_tokens is missing, which only files of version v1, v2, v3 and v7 may leave out; "
        "this is 'v11'");
  CHECK(tekken_error("/special_tokens", json::array()) == ": there is no special token '<s>'");
  CHECK_THAT(tekken_error("/config/pattern", "(a"),
             ContainsSubstring("the pattern '(a' is not a valid regular expression"));
}

}  // namespace multistate::test::ranked_tokens_test
