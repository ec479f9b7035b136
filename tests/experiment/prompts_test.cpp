#include "multistate/experiment/prompts.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::prompts_test {
namespace {

/// Reads prompts from a file of this name and content.
class PromptFile {
 public:
  std::vector<PromptText> read(const std::string& name, const std::string& content) const {
    return list(name, content).prompts;
  }

  PromptList list(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content);
    return read_prompts(folder_ / name);
  }

  /// What is said against it, after the file's path.
  std::string refusal(const std::string& name, const std::string& content) const {
    const auto message = input_error([&] { read(name, content); });
    const auto path = (folder_ / name).string();
    REQUIRE(message.substr(0, path.size()) == path);
    return message.substr(path.size());
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("prompts are read from lines of text, or of JSON with ids") {
  const PromptFile file;
  const auto plain = file.read("a.txt", "Once upon a time\n  \"He\" said\n");
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].text == "Once upon a time");
  CHECK(plain[0].id == "1");
  CHECK(plain[1].text == "  \"He\" said");
  CHECK(plain[1].id == "2");
  CHECK(plain[1].line == 2);
  const auto json =
      file.read("a.jsonl", "{\"id\": \"sea\", \"prompt\": \"a\\nb\"}\n{\"prompt\": \"c\"}");
  REQUIRE(json.size() == 2);
  CHECK(json[0].id == "sea");
  CHECK(json[0].text == "a\nb");
  CHECK(json[1].id == "2");
}

TEST_CASE("prompts of a file with a BOM and CR LF are those of one without; JSON texts stay") {
  const PromptFile file;
  const auto unix_list = file.list("a.txt", "one\ntwo\n");
  const auto windows = file.list("b.txt", "\xEF\xBB\xBFone\r\ntwo\r\n");
  REQUIRE(windows.prompts.size() == 2);
  CHECK(windows.prompts[0].text == "one");
  CHECK(windows.prompts[1].text == "two");
  CHECK(windows.sha256 == unix_list.sha256);
  CHECK(windows.changes.removed_bom);
  CHECK(windows.changes.crlf_line_ends == 2);
  CHECK_FALSE(unix_list.changes.any());
  const auto json = file.list("a.jsonl", "{\"prompt\": \"a\\r\\nb\"}\r\n");
  CHECK(json.prompts.at(0).text == "a\r\nb");
  CHECK_FALSE(json.changes.any());
}

TEST_CASE("what is no list of prompts is refused with file and line") {
  const PromptFile file;
  CHECK(file.refusal("a.txt", "") == ": holds no prompt");
  CHECK(file.refusal("a.txt", "one\n\nthree\n") == ":2: the prompt is empty");
  CHECK(file.refusal("a.txt", "one\nt\xffwo\n") == ":2: byte 2 is not UTF-8");
  CHECK(file.refusal("a.csv", "one\n") ==
        ": expected a .jsonl file of prompts (an object a line) or a .txt file (a prompt a line)");
  CHECK(file.refusal("a.jsonl", "{\"prompt\": \"a\", \"promt\": 1}\n") ==
        ":1: unknown key 'promt'; did you mean 'prompt'?; known: prompt, id");
  CHECK(file.refusal("a.jsonl", "{\"prompt\": \"\"}\n") == ":1: the prompt is empty");
  CHECK(file.refusal("a.jsonl", "{\"prompt\": \"a\"}\n{\"id\": \"x\"}\n") ==
        ":2: the key 'prompt' is missing");
  CHECK_THAT(file.refusal("a.jsonl", "{\"prompt\": 3}\n"), ContainsSubstring(":1: 'prompt' is"));
  CHECK_THAT(file.refusal("a.jsonl", "{\"prompt\": \"a\", \"id\": \"\"}\n"),
             ContainsSubstring("expected a text that is not empty"));
  CHECK_THAT(file.refusal("a.jsonl", "{\"prompt\": \"a\"\n"), ContainsSubstring(":1"));
  CHECK(file.refusal("a.jsonl", "{\"prompt\": \"a\", \"id\": \"2\"}\n{\"prompt\": \"b\"}\n") ==
        ":2: the id '2' is that of line 1");
}

}  // namespace multistate::test::prompts_test
