#include "multistate/text/text_stream.h"

#include "support/catch.h"

namespace multistate::test::text_stream_test {
namespace {

/// Everything that comes out, with a bar after each token.
std::string flow(const std::vector<std::string>& tokens, const std::vector<std::string>& stops) {
  TextStream stream(stops);
  std::string all;
  for (const std::string& token : tokens) {
    all += stream.add(token) + "|";
  }
  return all + stream.finish();
}

}  // namespace

TEST_CASE("text without stop strings comes at once") {
  CHECK(flow({"a", "bc", ""}, {}) == "a|bc||");
}

TEST_CASE("a character comes when its last byte is there") {
  CHECK(flow({"\xe4", "\xb8", "\x96!"}, {}) == "||\xe4\xb8\x96!|");
  CHECK(flow({"x\xf0\x9f\x98", "\x80"}, {}) == "x|\xf0\x9f\x98\x80|");
  CHECK(flow({"\xc3"}, {}) == "|\xc3");  // Never completed: not lost either.
}

TEST_CASE("what may begin a stop string is held back until it is certain") {
  CHECK(flow({"a\n", "b"}, {"\n\n"}) == "a|\nb|");
  CHECK(flow({"a\n", "\nb", "c"}, {"\n\n"}) == "a|||");
  CHECK(flow({"ab", "ab", "c"}, {"abc"}) == "|ab||");
  CHECK(flow({"x<", "en", "d>y"}, {"<end>", "<enc>"}) == "x|||");
  CHECK(flow({"x<", "en"}, {"<end>"}) == "x||<en");
}

TEST_CASE("the earliest stop string ends the text") {
  CHECK(flow({"one. two? three"}, {"?", "."}) == "one|");
  TextStream stream({"."});
  CHECK(stream.add("a.b") == "a");
  CHECK(stream.stopped());
  CHECK(stream.add("c").empty());
  CHECK(stream.finish().empty());
}

}  // namespace multistate::test::text_stream_test
