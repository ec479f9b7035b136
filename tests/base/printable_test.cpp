#include "multistate/base/printable.h"

#include <cstdio>
#include <memory>

#include "support/catch.h"

namespace multistate::test::printable_test {
namespace {

/// What a bash makes of a word.
std::string read_by_bash(const std::string& word) {
  // Through printf, whose output is the word's bytes and nothing else.
  const std::string command =
      "bash -c \"$(cat <<'END_OF_WORD'\nprintf %s " + word + "\nEND_OF_WORD\n)\"";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             &::pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    text += static_cast<char>(c);
  }
  return text;
}

TEST_CASE("a printable text moves no cursor and begins no line") {
  CHECK(printable("caf\xc3\xa9 [1]") == "caf\xc3\xa9 [1]");
  CHECK(printable("a\n\x1b]0;title\x07") == "a\\x0a\\x1b]0;title\\x07");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // C1: the same as ESC [.
  CHECK(printable(std::string(500, 'x')) == std::string(500, 'x'));
}

TEST_CASE("a text on one line has spaces for control characters, and no invalid UTF-8") {
  CHECK(one_line("a\r\n\x1b[2Jb\x7f") == "a   [2Jb ");
  CHECK(one_line("\xC2\x85"
                 "\xEF\xBF\xBE"
                 "\xEF\xBF\xBF.") == "   .");
  CHECK(one_line("\xFFx\xC3") == "?x?");
  CHECK(one_line("± ‡ é") == "± ‡ é");
}

TEST_CASE("a shell reads a quoted word back as it was") {
  CHECK(shell_word("state_size=4,8") == "state_size=4,8");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("it's") == R"('it'\''s')");
  for (const std::string word :
       {"", "it's", "''", "a b", "$HOME `id` \"x\" \\", "~", "#x", "a\nb\tc", "caf\xe9 \\ '",
        "\x1b[31m", "policy={name: tova, x: 'y'}", "{a,b}", "!x", "a=*"}) {
    INFO(word);
    CHECK(read_by_bash(shell_word(word)) == word);
  }
}

}  // namespace
}  // namespace multistate::test::printable_test
