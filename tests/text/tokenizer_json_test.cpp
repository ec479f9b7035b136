#include "multistate/text/tokenizer_json.h"

#include <fstream>
#include <functional>

#include <nlohmann/json.hpp>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::tokenizer_json_test {
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

TEST_CASE("neutral values are accepted, and merges may be absent parts of a model") {
  const Reader reader;
  auto file = valid();
  file["model"]["dropout"] = 0.0;
  file["model"]["continuing_subword_prefix"] = "";
  file["model"]["end_of_word_suffix"] = "";
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", json::array()}};
  file["post_processor"] = {{"type", "TemplateProcessing"},
                            {"single", {{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
                            {"special_tokens", json::object()}};
  CHECK(reader.encode(file, "abc<s>") == Ids{257, 258});
  CHECK_FALSE(reader.read(file.dump()).bos_id);
  file.erase("padding");
  file.erase("truncation");
  file.erase("version");
  CHECK(reader.encode(file, "abc") == Ids{257});
}

TEST_CASE("a normalizer that rewrites the beginning is refused beside a prefix for it only") {
  const Reader reader;
  auto file = valid();
  file["normalizer"] = {{"type", "Prepend"}, {"prepend", "x"}};
  file["pre_tokenizer"] = {
      {"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "first"}};
  CHECK_THAT(reader.error(file.dump()),
             ContainsSubstring("normalizer is ") &&
                 ContainsSubstring("beside a Metaspace with prepend_scheme \"first\""));
}

TEST_CASE("what a file nests too deep is refused, and so is a pattern that takes for ever") {
  const Reader reader;
  auto file = valid();
  // As text: to copy such a value takes a deep stack.
  std::string nested = R"({"type": "NFC"})";
  for (int i = 0; i < 1000; ++i) {
    nested = R"({"type": "Sequence", "normalizers": [)" + nested + "]}";
  }
  file["normalizer"] = "nested";
  std::string text = file.dump();
  text.replace(text.find(R"("nested")"), 8, nested);
  CHECK_THAT(reader.error(text), ContainsSubstring("is nested more than 64 deep"));
  file = valid();
  file["pre_tokenizer"] = {{"type", "Split"},
                           {"pattern", {{"Regex", "\\s+$"}}},
                           {"behavior", "Isolated"},
                           {"invert", false}};
  CHECK_THAT(input_error([&] { reader.encode(file, std::string(200'000, ' ') + "a"); }),
             ContainsSubstring("the pattern '\\s+$' failed on the text at offset 0: retry-limit"));
}

TEST_CASE("no line of a megabyte makes a part of a tokenizer quadratic") {
  const Reader reader;
  auto file = valid();
  file["normalizer"] = {
      {"type", "Sequence"},
      {"normalizers",
       {{{"type", "NFC"}},
        {{"type", "Replace"}, {"pattern", {{"String", "xx"}}}, {"content", "y"}}}}};
  file["added_tokens"][0]["lstrip"] = true;
  file["added_tokens"][0]["rstrip"] = true;
  const auto tokenizer = Tokenizer::make(reader.read(file.dump()));
  std::string marks;
  for (int i = 0; i < 250'000; ++i) {
    marks += "\u0301\u0316";  // Of classes 230 and 220: each pair is out of order.
  }
  // 220 comes before 230, and both are four bytes of two bytes each.
  CHECK(tokenizer->encode("a" + marks).size() > 500'000);
  CHECK(tokenizer->encode(std::string(1'000'000, 'x')).size() == 500'000);
  CHECK(tokenizer->encode(std::string(1'000'000, '<')).size() == 1'000'000);
  std::string tokens;
  for (int i = 0; i < 100'000; ++i) {
    tokens += "      <s>";
  }
  CHECK(tokenizer->encode(tokens) == Ids(100'000, 258));
  CHECK(tokenizer->encode(std::string(1'000'000, ' ')).size() == 1'000'000);
}

TEST_CASE("what a tokenizer.json asks for and is not implemented is refused") {
  const std::vector<Spoiled> all = {
      {"/version", "9.9", "version is '\"9.9\"'"},
      {"/pre_tokenizer/pretokenizers/0",
       {{"type", "ByteLevel"}},
       "pre_tokenizer.pretokenizers[0].add_prefix_space is missing"},
      {"/post_processor",
       {{"type", "TemplateProcessing"},
        {"single", json::array({{{"SpecialToken", 5}}, {{"Sequence", 1}}})}},
       "post_processor is "},
      {"/pre_tokenizer/pretokenizers/0",
       {{"type", "Digits"}},
       "pre_tokenizer.pretokenizers[0].individual_digits is missing"},
      {"/decoder/surprise", 1, "decoder.surprise: unknown key"},
      {"/post_processor",
       {{"type", "ByteLevel"}, {"surprise", 1}},
       "post_processor.surprise: unknown key"},
      {"/post_processor",
       {{"type", "Sequence"}, {"processors", json::array()}, {"surprise", 1}},
       "post_processor.surprise: unknown key"},
      {"/surprise", 1, "surprise: unknown key (value '1')"},
      {"/truncation", {{"max_length", 5}}, "truncation is '{\"max_length\":5}'"},
      {"/padding", {{"direction", "Right"}}, "padding is "},
      {"/normalizer",
       {{"type", "Lowercase"}},
       "normalizer is '{\"type\":\"Lowercase\"}', which is not supported; supported: null, NFC, "
       "NFD, "
       "NFKC, NFKD, Prepend, Replace, Sequence"},
      {"/normalizer",
       {{"type", "Sequence"}, {"normalizers", {{{"type", "Nmt"}}}}},
       "normalizer.normalizers[0] is "},
      {"/normalizer", {{"type", "NFC"}, {"surprise", 1}}, "normalizer.surprise: unknown key"},
      {"/normalizer", {{"type", "Prepend"}}, "normalizer.prepend is missing"},
      {"/normalizer",
       {{"type", "Replace"}, {"pattern", {{"String", ""}}}, {"content", "x"}},
       "normalizer.pattern is "},
      {"/normalizer",
       {{"type", "Replace"}, {"pattern", "a"}, {"content", "x"}},
       "normalizer.pattern is "},
      {"/normalizer",
       {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", 1}},
       "normalizer.content is '1', which is not supported; supported: a string"},
      {"/model/type", "WordPiece",
       "model.type is '\"WordPiece\"', which is not supported; supported: \"BPE\""},
      {"/model/dropout", 0.1, "model.dropout is '0.1'"},
      {"/model/unk_token", 5,
       "model.unk_token is '5', which is not supported; supported: a string"},
      {"/model/byte_fallback", 1, "model.byte_fallback is '1'"},
      {"/model/fuse_unk", "no", "model.fuse_unk is '\"no\"'"},
      {"/model/end_of_word_suffix", "</w>", "model.end_of_word_suffix is "},
      {"/model/continuing_subword_prefix", "##", "model.continuing_subword_prefix is "},
      {"/model/ignore_merges", "yes",
       "model.ignore_merges is '\"yes\"', which is not supported; supported: true or false"},
      {"/model/surprise", 1, "model.surprise: unknown key"},
      {"/model/vocab/ab", 300,
       "model.vocab: 'ab' has id 300; expected every number below 258 once"},
      {"/model/vocab/ab", 5, "expected every number below 258 once"},
      {"/model/vocab/ab", -1, "model.vocab: 'ab' has id -1"},
      {"/model/vocab", 5, "model.vocab is '5', which is not supported; supported: an object"},
      {"/model/merges", 5, "model.merges is '5', which is not supported; supported: a list"},
      {"/model", 5, "model is '5', which is not supported; supported: an object"},
      {"/model/merges/0", "ab",
       "model.merges: merge 0 is '\"ab\"'; expected \"a b\" or [\"a\", \"b\"]"},
      {"/model/merges/0", "a b c", "model.merges: merge 0 is "},
      {"/added_tokens/0/lstrip", 1, "added_tokens[0].lstrip is '1'"},
      {"/added_tokens/0", 5,
       "added_tokens[0] is '5', which is not supported; supported: an object"},
      {"/added_tokens/0/id", 300, "added_tokens[0].id is 300; the next free one is 258"},
      {"/added_tokens/0/id", 5, "id 5 is '<s>' here and "},
      {"/added_tokens/0/content", 5,
       "added_tokens[0].content is '5', which is not supported; supported: a string"},
      {"/added_tokens/0/surprise", 5, "added_tokens[0].surprise: unknown key"},
      {"/added_tokens", 5, "added_tokens is '5', which is not supported; supported: a list"},
      {"/pre_tokenizer",
       {{"type", "BertPreTokenizer"}},
       "pre_tokenizer is '{\"type\":\"BertPreTokenizer\"}', which is not supported; supported: "
       "null, "
       "ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit"},
      {"/pre_tokenizer", 5, "pre_tokenizer is '5'"},
      {"/pre_tokenizer/pretokenizers/0/individual_digits", 1,
       "pre_tokenizer.pretokenizers[0].individual_digits is '1'"},
      {"/pre_tokenizer/pretokenizers/0/type", "Metaspace",
       "pre_tokenizer.pretokenizers[0].individual_digits: unknown key"},
      {"/pre_tokenizer", {{"type", "Metaspace"}}, "pre_tokenizer.replacement is missing"},
      {"/pre_tokenizer",
       {{"type", "Metaspace"}, {"replacement", "ab"}},
       "pre_tokenizer.replacement is '\"ab\"', which is not supported; supported: one character"},
      {"/pre_tokenizer",
       {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "last"}},
       "pre_tokenizer.prepend_scheme is '\"last\"'"},
      {"/pre_tokenizer",
       {{"type", "Metaspace"}, {"replacement", "_"}, {"add_prefix_space", false}},
       "pre_tokenizer.add_prefix_space is 'false', which is not supported; supported: false "
       "together "
       "with prepend_scheme \"never\" only"},
      {"/pre_tokenizer",
       {{"type", "Punctuation"}, {"behavior", "isolated"}},
       "pre_tokenizer.behavior is '\"isolated\"', which is not supported; supported: Removed, "
       "Isolated, MergedWithPrevious, MergedWithNext, Contiguous"},
      {"/pre_tokenizer",
       {{"type", "Split"}, {"pattern", {{"Regex", "a"}}}, {"behavior", "Isolated"}},
       "pre_tokenizer.invert is missing"},
      {"/pre_tokenizer/pretokenizers/1/add_prefix_space", 1,
       "pre_tokenizer.pretokenizers[1].add_prefix_space is '1'"},
      {"/post_processor", {{"type", "BertProcessing"}}, "post_processor is "},
      {"/decoder",
       {{"type", "WordPiece"}},
       "decoder is '{\"type\":\"WordPiece\"}', which is not supported; supported: ByteFallback, "
       "ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip"},
      {"/decoder",
       {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}},
       "supported: behind Fuse, \"content\": \" \" with \"start\": 1 and \"stop\": 0"},
      {"/decoder",
       {{"type", "Sequence"},
        {"decoders",
         {{{"type", "Fuse"}}, {{"type", "Strip"}, {"content", " "}, {"start", 2}, {"stop", 0}}}}},
       "decoder.decoders[1] is "},
      {"/decoder",
       {{"type", "Sequence"}, {"decoders", {{{"type", "Fuse"}}, {{"type", "ByteFallback"}}}}},
       "decoder.decoders[1] is '{\"type\":\"ByteFallback\"}', which is not supported; supported: "
       "Strip and Fuse behind Fuse and ByteLevel"},
      {"/post_processor",
       {{"type", "TemplateProcessing"},
        {"single", {{{"Sequence", {{"id", "A"}}}}, {{"SpecialToken", {{"id", "<s>"}}}}}}},
       "supported: null, ByteLevel, or a template of the text with at most one special token "
       "before "
       "it"},
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

}  // namespace multistate::test::tokenizer_json_test
