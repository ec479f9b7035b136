#include "multistate/experiment/word_tags.h"

#include "multistate/base/sha256.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::word_tags_test {
namespace {

namespace fs = std::filesystem;

/// 13 characters in 14 bytes: the first has two.
const Document kText = {.name = "a.txt", .text = "\u00c9mile went on"};

std::string header(const std::string& sha256) {
  return R"({"schema": "multistate.tags", "version": 1, "sha256": ")" + sha256 +
         R"(", "tagger": "by hand"})" + "\n";
}

class TagFile {
 public:
  explicit TagFile(const std::string& text) { write_file(path(), text); }

  fs::path path() const { return folder_ / "a.tags.jsonl"; }
  std::vector<WordTag> read() const { return read_word_tags(path(), kText); }

  /// The message without the path.
  std::string error() const {
    const std::string message = input_error([&] { read(); });
    const std::string prefix = path().string() + ": ";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

 private:
  TemporaryFolder folder_;
};

std::string error_of(const std::string& lines) {
  return TagFile(header(sha256_hex(kText.text)) + lines).error();
}

}  // namespace

TEST_CASE("words are read by characters and are bytes of the text") {
  const TagFile file(header(sha256_hex(kText.text)) +
                     "{\"begin\": 0, \"end\": 5, \"tag\": \"NNP\"}\n"
                     "{\"begin\": 6, \"end\": 10, \"tag\": \"VBD\"}\n"
                     "{\"begin\": 11, \"end\": 13, \"tag\": \"RP\"}\n");
  const auto words = file.read();
  REQUIRE(words.size() == 3);
  CHECK(words[0].begin == 0);
  CHECK(words[0].end == 6);
  CHECK(words[0].tag == "NNP");
  CHECK(words[1].begin == 7);
  CHECK(words[2].begin == 12);
  CHECK(words[2].end == 14);
}

TEST_CASE("a tag file that is not right is refused with line and field") {
  const std::string good = "{\"begin\": 0, \"end\": 5, \"tag\": \"NNP\"}\n";
  CHECK(TagFile("").error() == "holds no tagged word");
  CHECK(error_of("") == "holds no tagged word");
  CHECK_THAT(TagFile(good).error(), ContainsSubstring("line 1: unknown field 'begin'; expected "
                                                      "schema, version, sha256, tagger"));
  CHECK_THAT(TagFile("{\"schema\": \"multistate.result\"}").error(),
             ContainsSubstring("line 1: 'schema' is '\"multistate.result\"'; expected "
                               "\"multistate.tags\""));
  CHECK_THAT(TagFile("{\"schema\": \"multistate.tags\", \"version\": 2}").error(),
             ContainsSubstring("line 1: 'version' is '2'; expected 1"));
  CHECK_THAT(TagFile("{\"schema\": \"multistate.tags\", \"version\": 1}").error(),
             ContainsSubstring("line 1: the key 'tagger' is missing"));
  CHECK_THAT(TagFile(header(std::string(64, '0')) + good).error(),
             ContainsSubstring(sha256_hex(kText.text) +
                               ", that of a.txt: the tags are those of another text"));
  CHECK(error_of("{\"begin\": 0\n").starts_with("line 2: is not valid JSON"));
  CHECK(error_of("[0, 5, \"NNP\"]\n").starts_with("line 2: is "));
  CHECK(error_of("\n").starts_with("line 2: is not valid JSON"));
  CHECK(error_of(good + "{\"begin\": \"6\", \"end\": 10, \"tag\": \"VBD\"}\n") ==
        "line 3: 'begin' is '\"6\"'; expected an integer");
  CHECK(error_of(good + "{\"begin\": 6, \"tag\": \"VBD\"}\n") ==
        "line 3: the key 'end' is missing");
  CHECK(error_of(good + "{\"begin\": 6, \"end\": 10, \"tag\": 4}\n") ==
        "line 3: 'tag' is '4'; expected a string");
  CHECK(error_of(good + "{\"begin\": 6, \"end\": 10, \"tag\": \"\"}\n") ==
        "line 3: 'tag' is '\"\"'; expected a name");
  CHECK(error_of(good + "{\"begin\": 4, \"end\": 10, \"tag\": \"VBD\"}\n") ==
        "line 3: 'begin' is '4'; expected at least 5, where the word before ends");
  CHECK(error_of("{\"begin\": -1, \"end\": 10, \"tag\": \"VBD\"}\n") ==
        "line 2: 'begin' is '-1'; expected at least 0, where the word before ends");
  CHECK(error_of("{\"begin\": 3, \"end\": 3, \"tag\": \"VBD\"}\n") ==
        "line 2: 'end' is '3'; expected more than 'begin', 3");
  CHECK(error_of("{\"begin\": 3, \"end\": 14, \"tag\": \"VBD\"}\n") ==
        "line 2: 'end' is '14'; expected at most 13, the characters of the text");
  CHECK(error_of("{\"begin\": 14, \"end\": 15, \"tag\": \"VBD\"}\n") ==
        "line 2: 'begin' is '14'; expected at most 13, the characters of the text");
  CHECK(error_of("{\"begin\": 0, \"end\": 5, \"tag\": \"NNP\", \"text\": \"a\"}\n") ==
        "line 2: unknown field 'text'; expected begin, end, tag");
  CHECK(error_of("{\"begin\": 0, \"begin\": 1, \"end\": 5, \"tag\": \"NNP\"}\n")
            .starts_with("line 2"));
}

TEST_CASE("in a folder the tags of a text have its name") {
  const TemporaryFolder folder;
  CHECK(tag_file_of(folder.path(), kText) == folder / "a.tags.jsonl");
  CHECK(tag_file_of("somewhere/tags", kText) == "somewhere/tags");
  CHECK_THAT(input_error([&] { read_word_tags(folder / "a.tags.jsonl", kText); }),
             ContainsSubstring("a.tags.jsonl"));
}

TEST_CASE("a token belongs to the word that it shares the most bytes with") {
  const std::vector<WordTag> words = {{2, 5, "A"}, {5, 8, "B"}, {9, 10, "C"}, {12, 14, "D"}};
  // Tokens: 0-2 before any word, 2-4 in A, 4-8 shares 1 with A and 3 with B, 8-9 between words,
  // 9-13 shares one byte with C and one with D, 13-14 in D, 14-16 behind the last.
  const std::vector<int64_t> ends = {2, 4, 8, 9, 13, 14, 16};
  CHECK(words_of_tokens(words, 0, ends) == std::vector<int64_t>{-1, 0, 1, -1, 2, 3, -1});
  CHECK(words_of_tokens({}, 0, ends) == std::vector<int64_t>(7, -1));
  // An empty token, as a part of a character may be, is in no word.
  CHECK(words_of_tokens(words, 3, std::vector<int64_t>{3, 5}) == std::vector<int64_t>{-1, 0});
}

}  // namespace multistate::test::word_tags_test
