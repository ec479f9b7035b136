// Which tokens begin and end a text, by the files of a Hugging Face folder. The tiny model has 264
// ids; 263 is <|endoftext|>, BOS and EOS of its config.json.

#include <fstream>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/text/sentencepiece_model.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::hf_tokenizer_test {
namespace {

using Ids = std::vector<int64_t>;
using nlohmann::json;

class Folder {
 public:
  Folder() { write_tiny_safetensors({}, folder_.path()); }

  void write(const std::string& name, const std::string& text) { write_file(folder_ / name, text); }
  void write(const std::string& name, const json& value) { write(name, value.dump()); }
  void remove(const std::string& name) { std::filesystem::remove(folder_ / name); }

  /// Sets a member of a JSON file that is there.
  void set(const std::string& name, const std::string& key, const json& value) {
    json file = json::parse(read_file(folder_ / name));
    file[key] = value;
    write(name, file);
  }

  std::unique_ptr<Tokenizer> tokenizer() const {
    return Tokenizer::make(ModelFile::open(folder_.path())->tokenizer());
  }

  /// The complaint without the folder.
  std::string error() const {
    const std::string message = input_error([&] { tokenizer(); });
    const std::string prefix = folder_.path().string() + "/";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

 private:
  TemporaryFolder folder_;
};

json bos_template() {
  return {{"type", "TemplateProcessing"},
          {"single",
           {{{"SpecialToken", {{"id", "<|endoftext|>"}, {"type_id", 0}}}},
            {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
          {"special_tokens", {{"<|endoftext|>", {{"id", "<|endoftext|>"}, {"ids", {263}}}}}}};
}

/// Bytes and control pieces, with a space before a text.
std::string sentencepiece_file() {
  SentencePieceModel model;
  model.pieces = {{"<unk>", 0, SentencePieceModel::Type::kUnknown},
                  {"<s>", 0, SentencePieceModel::Type::kControl},
                  {"</s>", 0, SentencePieceModel::Type::kControl},
                  {"\u2581", -1, SentencePieceModel::Type::kNormal},
                  {"a", -2, SentencePieceModel::Type::kNormal}};
  return serialize(model);
}

}  // namespace

TEST_CASE("without a word about it a tokenizer.json begins no text with BOS") {
  const Folder folder;
  const auto tokenizer = folder.tokenizer();
  CHECK_FALSE(tokenizer->add_bos());
  CHECK(tokenizer->bos_id() == 263);
  CHECK(tokenizer->bos_rule() == "tokenizer.json has no template that adds one");
}

TEST_CASE("the template of tokenizer.json begins a text with BOS, add_bos_token overrules it") {
  Folder folder;
  folder.set("tokenizer.json", "post_processor", bos_template());
  CHECK(folder.tokenizer()->add_bos());
  CHECK(folder.tokenizer()->bos_rule() == "the template of tokenizer.json");
  folder.write("tokenizer_config.json", json{{"add_bos_token", false}});
  CHECK_FALSE(folder.tokenizer()->add_bos());
  CHECK(folder.tokenizer()->bos_rule() == "add_bos_token of tokenizer_config.json");
}

TEST_CASE("add_bos_token takes bos_token, and wants one") {
  Folder folder;
  folder.write("tokenizer_config.json",
               json{{"add_bos_token", true}, {"bos_token", {{"content", "A"}}}});
  CHECK(folder.tokenizer()->bos_id() == 'A');
  CHECK(folder.tokenizer()->add_bos());
  folder.set("config.json", "bos_token_id", nullptr);
  folder.write("tokenizer_config.json", json{{"add_bos_token", true}});
  CHECK(folder.error() ==
        "tokenizer.json: says that a text begins with a BOS token, and names no BOS token");
}

TEST_CASE("all ids of eos_token_id, in config.json and generation_config.json, end a text") {
  Folder folder;
  CHECK(folder.tokenizer()->end_ids() == Ids{263});
  folder.set("config.json", "eos_token_id", {7, 9});
  CHECK(folder.tokenizer()->eos_id() == 7);
  CHECK(folder.tokenizer()->end_ids() == Ids{7, 9});
  folder.write("generation_config.json", json{{"eos_token_id", {9, 11}}, {"top_k", 5}});
  CHECK(folder.tokenizer()->end_ids() == Ids{7, 9, 11});
  folder.write("generation_config.json", json{{"eos_token_id", 12}});
  folder.write("tokenizer_config.json", json{{"eos_token", "A"}});
  CHECK(folder.tokenizer()->eos_id() == 'A');
  CHECK(folder.tokenizer()->end_ids() == Ids{7, 9, 12, 'A'});
}

TEST_CASE("a folder without tokenizer.json has tokenizer.model, or tekken.json, or is refused") {
  Folder folder;
  folder.remove("tokenizer.json");
  CHECK(
      folder.error().ends_with("no tokenizer in this folder; accepted are tokenizer.json, "
                               "tokenizer.model, tekken.json and qwen.tiktoken"));
  folder.write("tokenizer.model", sentencepiece_file());
  folder.set("config.json", "bos_token_id", 1);
  folder.set("config.json", "eos_token_id", 2);
  folder.write("tokenizer_config.json",
               json{{"added_tokens_decoder",
                     {{"1", {{"content", "<s>"}, {"special", true}}},
                      {"5", {{"content", "<|user|>"}, {"special", true}}}}}});
  auto tokenizer = folder.tokenizer();
  CHECK(tokenizer->encode("a<|user|>a<s>") == Ids{3, 4, 5, 3, 4, 1});
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->end_ids() == Ids{2});
  folder.set("tokenizer_config.json", "legacy", false);
  CHECK(folder.tokenizer()->encode("a<|user|>a<s>") == Ids{3, 4, 5, 4, 1});
  // 6 to 263 are padding of the embedding.
  CHECK(folder.tokenizer()->decode(Ids{3, 4, 200, 4}) == "aa");
}

TEST_CASE("a folder with qwen.tiktoken alone has Qwen's tokenizer") {
  Folder folder;
  folder.remove("tokenizer.json");
  folder.set("config.json", "bos_token_id", nullptr);
  folder.set("config.json", "eos_token_id", 2);
  folder.write("qwen.tiktoken", std::string("MQ== 0\nMg== 1\n"));  // "1" and "2".
  CHECK(folder.tokenizer()->encode("21<|im_end|>") == Ids{1, 0, 4});
}

TEST_CASE("added_tokens.json adds tokens to a tokenizer.model") {
  Folder folder;
  folder.remove("tokenizer.json");
  folder.write("tokenizer.model", sentencepiece_file());
  folder.set("config.json", "bos_token_id", 1);
  folder.set("config.json", "eos_token_id", 2);
  folder.write("added_tokens.json", json{{"<more>", 5}});
  CHECK(folder.tokenizer()->encode("<more>") == Ids{5});
  folder.write("added_tokens.json", json{{"<more>", 6}});
  CHECK(folder.error() ==
        "added_tokens.json: the added token '<more>' has id 6; the next free one is 5");
  folder.write("added_tokens.json", json{{"<more>", 4}});
  CHECK(folder.error() == "added_tokens.json: token 4 is '<more>' here and 'a' in the model");
  folder.write("added_tokens.json", json{{"<more>", "x"}});
  CHECK(folder.error() == "added_tokens.json: '<more>' is '\"x\"'; expected the id of a token");
}

TEST_CASE("what the files beside a tokenizer say wrongly is refused with file and key") {
  const auto error = [](const char* file, const json& content) {
    Folder folder;
    folder.write(file, content);
    return folder.error();
  };
  CHECK(error("tokenizer_config.json", {{"add_bos_token", "yes"}}) ==
        "tokenizer_config.json: 'add_bos_token' is '\"yes\"'; expected true or false");
  CHECK(error("tokenizer_config.json", {{"bos_token", 5}}) ==
        "tokenizer_config.json: 'bos_token' is '5'; expected a string, or an object with the "
        "string 'content'");
  CHECK(error("tokenizer_config.json", {{"eos_token", "no such"}})
            .starts_with("tokenizer_config.json: 'eos_token' is 'no such', which is no token of "));
  const auto model_error = [](const json& config) {
    Folder folder;
    folder.remove("tokenizer.json");
    folder.write("tokenizer.model", sentencepiece_file());
    folder.write("tokenizer_config.json", config);
    return folder.error();
  };
  CHECK(model_error({{"added_tokens_decoder", {{"x", json::object()}}}}) ==
        "tokenizer_config.json: added_tokens_decoder: 'x' is no id of a token");
  CHECK(model_error({{"added_tokens_decoder", {{"5", {{"content", "a"}, {"rstrip", true}}}}}}) ==
        "tokenizer_config.json: added_tokens_decoder.5: 'rstrip' is true, which is not supported "
        "for a tokenizer without a tokenizer.json");
  CHECK(error("generation_config.json", {{"eos_token_id", {1, 264}}}) ==
        "generation_config.json: 'eos_token_id' is '[1,264]'; expected ids of tokens, below 264");
  CHECK(error("generation_config.json", {{"eos_token_id", "x"}}) ==
        "generation_config.json: 'eos_token_id' is '\"x\"'; expected ids of tokens, below 264");
}

}  // namespace multistate::test::hf_tokenizer_test
