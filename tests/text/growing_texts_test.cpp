#include "multistate/text/growing_texts.h"

#include "support/catch.h"

namespace multistate::test::growing_texts_test {
namespace {

/// A tokenizer whose tokens are the bytes.
TokenizerSpec bytes_only() {
  TokenizerSpec spec;
  spec.source = "test";
  // GPT-2's alphabet: printable characters stand for themselves, the others for what follows
  // U+0100.
  int moved = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    const int code = printable ? byte : 256 + moved++;
    std::string token;
    if (code < 128) {
      token = static_cast<char>(code);
    } else {
      token = {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    }
    spec.tokens.push_back(token);
  }
  return spec;
}

}  // namespace

TEST_CASE("texts grow by themselves, each up to its own stop string") {
  const auto tokenizer = Tokenizer::make(bytes_only());
  GrowingTexts texts(2, {"END"}, *tokenizer);
  std::string given;
  for (const char c : std::string("ab ENDx")) {
    given += texts.add(0, c);
  }
  CHECK(texts.stopped(0));
  CHECK(given == "ab ");
  CHECK(texts.texts()[0] == "ab ");
  CHECK_FALSE(texts.stopped(1));
  for (const char c : std::string("abEN")) {
    texts.add(1, c);
  }
  CHECK(texts.texts()[1] == "ab");  // "EN" may become the stop string
  CHECK(texts.finish(1) == "EN");
  CHECK(texts.texts()[1] == "abEN");
  CHECK(texts.finish(0).empty());
}

}  // namespace multistate::test::growing_texts_test
