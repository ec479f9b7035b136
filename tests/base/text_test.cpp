#include "multistate/base/text.h"

#include "support/catch.h"

namespace multistate::test::text_test {
namespace {

const std::vector<std::string> kPolicies = {"full", "h2o", "streaming", "tova", "window"};

TEST_CASE("The nearest word is the one with the fewest edits, if they are few") {
  CHECK(nearest("tovaa", kPolicies) == "tova");
  CHECK(nearest("tva", kPolicies) == "tova");
  CHECK(nearest("windwo", kPolicies) == "window");
  CHECK(nearest("steaming", kPolicies) == "streaming");
  CHECK(nearest("h20", kPolicies) == "h2o");
  CHECK(nearest("tova", kPolicies) == "tova");
  CHECK(nearest("snapkv", kPolicies).empty());
  CHECK(nearest("", kPolicies).empty());
  CHECK(nearest("tova", {}).empty());
}

TEST_CASE("Of two words equally near the first is taken") {
  const std::vector<std::string> words = {"cat", "car"};
  CHECK(nearest("cab", words) == "cat");
}

TEST_CASE("A suggestion is a clause for the end of a message, or nothing") {
  CHECK(did_you_mean("tovaa", kPolicies) == "; did you mean 'tova'?");
  CHECK(did_you_mean("snapkv", kPolicies).empty());
}

TEST_CASE("Words are joined with a separator between them") {
  const std::vector<std::string> words = {"a", "b", "c"};
  CHECK(join(words) == "a, b, c");
  CHECK(join(words, " | ") == "a | b | c");
  CHECK(join(std::vector<std::string>{"a"}) == "a");
  CHECK(join({}).empty());
  CHECK(join(std::vector<std::string>{"", "b"}) == ", b");
}

TEST_CASE("Quoted text is fit for a terminal whatever it held") {
  CHECK(in_quotes("tova") == "'tova'");
  CHECK(in_quotes("") == "''");
  CHECK(in_quotes("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "'caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80'");
  CHECK(in_quotes("a\nb\t\x1b[31m\x7f") == "'a\\x0ab\\x09\\x1b[31m\\x7f'");
  CHECK(in_quotes(std::string_view("a\0b", 3)) == "'a\\x00b'");
  CHECK(in_quotes("\xff\xc3") == "'\\xff\\xc3'");
  CHECK(in_quotes("\xc3(") == "'\\xc3('");
}

TEST_CASE("Quoted text is cut after eighty bytes, but not inside a character") {
  CHECK(in_quotes(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
  CHECK(in_quotes(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
  const std::string euros = std::string(79, 'x') + "\xe2\x82\xac" + "y";
  CHECK(in_quotes(euros) == "'" + std::string(79, 'x') + "\xe2\x82\xac" + "...'");
}

// The boundaries of well-formed byte sequences: table 3-7 of the Unicode Standard.
TEST_CASE("UTF-8 is valid exactly within the bounds of the standard") {
  for (const char* const valid : {"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                                  "\xec\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                                  "\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(in_quotes(valid));
    CHECK(utf8_length(valid) == std::string_view(valid).size());
  }
  for (const char* const invalid :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf",
        "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xef\xbf\xc0", "\xf0\x8f\xbf\xbf",
        "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    CAPTURE(in_quotes(invalid));
    CHECK(utf8_length(invalid) == 0);
  }
  CHECK(utf8_length("\xc3\xa9more") == 2);
}

TEST_CASE("Bytes and counts are written for people") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(271.0 * 1024 * 1024) == "271.0 MiB");
  CHECK(human_bytes(5e15) == "4547.5 TiB");
  CHECK(human_count(0) == "0");
  CHECK(human_count(999) == "999");
  CHECK(human_count(1000) == "1,000");
  CHECK(human_count(115861) == "115,861");
  CHECK(human_count(1234567890) == "1,234,567,890");
  CHECK(human_count(-999) == "-999");
  CHECK(human_count(-1000) == "-1,000");
  CHECK(human_count(std::numeric_limits<int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("A table aligns numbers right and text left") {
  CHECK(format_table({{"policy", "k", "nll"},
                      {"tova", "64", "3.25"},
                      {"full", "", "-"},
                      {"window", "1,024", "12.5"}}) ==
        "policy      k   nll\n"
        "tova       64  3.25\n"
        "full              -\n"
        "window  1,024  12.5\n");
}

TEST_CASE("A table measures characters, not bytes, and takes rows of any length") {
  CHECK(format_table({{"name", "note"}, {"caf\xc3\xa9s", "x"}, {"ab"}}) ==
        "name   note\n"
        "caf\xc3\xa9s  x\n"
        "ab\n");
  CHECK(format_table({}).empty());
}

}  // namespace
}  // namespace multistate::test::text_test
