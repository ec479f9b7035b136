#include "multistate/text/tokenizer_json.h"

#include <fstream>
#include <functional>

#include <nlohmann/json.hpp>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test {
namespace {

using nlohmann::json;

/// A complete file: 256 bytes, two merges, one special token behind the vocabulary.
json valid() {
  json vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary[byte_to_character(static_cast<unsigned char>(byte))] = byte;
  }
  vocabulary["ab"] = 256;
  vocabulary["abc"] = 257;
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens",
           {{{"id", 258},
             {"content", "<s>"},
             {"single_word", false},
             {"lstrip", false},
             {"rstrip", false},
             {"normalized", false},
             {"special", true}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer",
           {{"type", "Sequence"},
            {"pretokenizers",
             {{{"type", "Digits"}, {"individual_digits", true}},
              {{"type", "ByteLevel"},
               {"add_prefix_space", false},
               {"trim_offsets", true},
               {"use_regex", true}}}}}},
          {"post_processor", nullptr},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocabulary},
            {"merges", json::array({"a b", "ab c"})}}}};
}

class Reader {
 public:
  TokenizerSpec read(const std::string& text) const {
    const auto path = folder_ / "tokenizer.json";
    std::ofstream(path) << text;
    return read_tokenizer_json(path);
  }

  std::vector<int64_t> encode(const json& file, std::string_view text) const {
    return Tokenizer::make(read(file.dump()))->encode(text);
  }

  /// The complaint without the path.
  std::string error(const std::string& text) const {
    const std::string prefix = (folder_ / "tokenizer.json").string() + ": ";
    const std::string message = input_error([&] { read(text); });
    return message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message;
  }

 private:
  TemporaryFolder folder_;
};

using Ids = std::vector<int64_t>;

struct Spoiled {
  const char* path;  ///< JSON pointer.
  json value;
  const char* message;
};

}  // namespace

TEST_CASE("a tokenizer.json is read: merges, added tokens, pre-tokenizer") {
  const Reader reader;
  CHECK(reader.encode(valid(), "abc<s>12") == Ids{257, 258, '1', '2'});
  auto pairs = valid();
  pairs["model"]["merges"] = json::parse(R"([["a", "b"], ["ab", "c"]])");
  CHECK(reader.encode(pairs, "abc") == Ids{257});
  auto without_first = valid();
  without_first["model"]["merges"] = json::array({"ab c"});
  CHECK(reader.encode(without_first, "abc") == Ids{'a', 'b', 'c'});
  without_first["model"]["ignore_merges"] = true;
  CHECK(reader.encode(without_first, "abc") == Ids{257});
}

TEST_CASE("split patterns are expressions or literals") {
  const Reader reader;
  auto file = valid();
  const json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  const auto with_split = [&](const json& pattern) {
    file["pre_tokenizer"]["pretokenizers"] = {
        {{"type", "Split"}, {"pattern", pattern}, {"behavior", "Isolated"}, {"invert", false}},
        bytes};
    return reader.encode(file, "abcb.c");
  };
  CHECK(with_split({{"Regex", "b."}}) == Ids{'a', 'b', 'c', 'b', '.', 'c'});
  CHECK(with_split({{"String", "b."}}) == Ids{257, 'b', '.', 'c'});
}

TEST_CASE("a template that starts with one special token names the BOS token") {
  const Reader reader;
  auto file = valid();
  CHECK(!reader.read(file.dump()).bos_id);
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single",
       {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}},
        {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
      {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {258}}, {"tokens", {"<s>"}}}}}}};
  CHECK(reader.read(file.dump()).bos_id == 258);
}

TEST_CASE("what a tokenizer.json asks for and is not implemented is refused") {
  const std::vector<Spoiled> all = {
      {"/version", "9.9", "(top level).version is '\"9.9\"'"},
      {"/added_tokens/1",
       {{"id", 257}, {"content", "abc"}, {"normalized", true}},
       "added_tokens: 'normalized' is true for some and false for others"},
      {"/pre_tokenizer/pretokenizers/0",
       {{"type", "ByteLevel"}},
       "supported: ByteLevel as the last step only"},
      {"/post_processor",
       {{"type", "TemplateProcessing"},
        {"single", json::array({{{"SpecialToken", 5}}, {{"Sequence", 1}}})}},
       "post_processor is "},
      {"/pre_tokenizer/pretokenizers/0",
       {{"type", "Digits"}},
       "pre_tokenizer.pretokenizers[0].individual_digits is missing; supported: true"},
      {"/decoder/surprise", 1, "decoder.surprise: unknown key"},
      {"/post_processor",
       {{"type", "ByteLevel"}, {"surprise", 1}},
       "post_processor.surprise: unknown key"},
      {"/post_processor",
       {{"type", "Sequence"}, {"processors", json::array()}, {"surprise", 1}},
       "post_processor.surprise: unknown key"},
      {"/surprise", 1, "surprise: unknown key (value '1')"},
      {"/truncation", {{"max_length", 5}}, "(top level).truncation is '{\"max_length\":5}'"},
      {"/padding", {{"direction", "Right"}}, "(top level).padding is "},
      {"/normalizer", {{"type", "NFC"}}, "(top level).normalizer is '{\"type\":\"NFC\"}'"},
      {"/model/type", "WordPiece",
       "model.type is '\"WordPiece\"', which is not supported; supported: \"BPE\""},
      {"/model/dropout", 0.1, "model.dropout is '0.1'"},
      {"/model/unk_token", "<unk>", "model.unk_token is '\"<unk>\"'"},
      {"/model/byte_fallback", true, "model.byte_fallback is 'true'"},
      {"/model/fuse_unk", true, "model.fuse_unk is 'true'"},
      {"/model/end_of_word_suffix", "</w>", "model.end_of_word_suffix is "},
      {"/model/continuing_subword_prefix", "##", "model.continuing_subword_prefix is "},
      {"/model/ignore_merges", "yes", "'ignore_merges' is '\"yes\"'; expected true or false"},
      {"/model/surprise", 1, "model.surprise: unknown key"},
      {"/model/vocab/ab", 300,
       "model.vocab: 'ab' has id 300; expected every number below 258 once"},
      {"/model/vocab/ab", 5, "expected every number below 258 once"},
      {"/model/vocab/ab", -1, "model.vocab: 'ab' has id -1"},
      {"/model/vocab", 5, "model: expected an object 'vocab' and a list 'merges'"},
      {"/model/merges/0", "ab",
       "model.merges: merge 0 is '\"ab\"'; expected \"a b\" or [\"a\", \"b\"]"},
      {"/model/merges/0", "a b c", "model.merges: merge 0 is "},
      {"/added_tokens/0/lstrip", true,
       "added_tokens[0].lstrip is 'true', which is not supported; supported: false"},
      {"/added_tokens/0/rstrip", true, "added_tokens[0].rstrip is 'true'"},
      {"/added_tokens/0/single_word", true, "added_tokens[0].single_word is 'true'"},
      {"/added_tokens/0/id", 300, "added_tokens[0].id is 300; the next free one is 258"},
      {"/added_tokens/0/id", 5, "id 5 is '<s>' here and "},
      {"/added_tokens/0/content", 5, "'content' is '5'; expected a string"},
      {"/added_tokens/0/surprise", 5, "added_tokens[0].surprise: unknown key"},
      {"/added_tokens", 5, "added_tokens is '5'; expected a list"},
      {"/pre_tokenizer", nullptr, "pre_tokenizer is 'null'"},
      {"/pre_tokenizer", {{"type", "Whitespace"}}, "pre_tokenizer is "},
      {"/pre_tokenizer/pretokenizers/0/individual_digits", false,
       "pre_tokenizer.pretokenizers[0].individual_digits is 'false'"},
      {"/pre_tokenizer/pretokenizers/0/type", "Metaspace", "pre_tokenizer.pretokenizers[0] is "},
      {"/pre_tokenizer/pretokenizers/1/add_prefix_space", true,
       "pre_tokenizer.pretokenizers[1].add_prefix_space is 'true'"},
      {"/post_processor", {{"type", "BertProcessing"}}, "post_processor is "},
      {"/decoder", {{"type", "WordPiece"}}, "decoder is "},
      {"/decoder", nullptr, "decoder is 'null'"},
  };
  const Reader reader;
  for (const Spoiled& spoiled : all) {
    auto file = valid();
    file[json::json_pointer(spoiled.path)] = spoiled.value;
    INFO(spoiled.path << " = " << spoiled.value.dump());
    CHECK_THAT(reader.error(file.dump()), ContainsSubstring(spoiled.message));
  }
}

TEST_CASE("JSON that is broken, or gives a key twice, is refused") {
  const Reader reader;
  CHECK_THAT(reader.error("{"), ContainsSubstring("is not valid JSON"));
  CHECK_THAT(reader.error("[]"), ContainsSubstring("expected a JSON object"));
  CHECK_THAT(reader.error(R"({"version": "1", "version": "2"})"),
             ContainsSubstring("the key 'version' appears twice"));
}

}  // namespace multistate::test
