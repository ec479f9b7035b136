// Byte-level BPE on vocabularies small enough to be worked by hand.

#include <functional>

#include "multistate/base/random.h"
#include "multistate/text/byte_alphabet.h"
#include "multistate/text/named_pre_tokenizers.h"
#include "multistate/text/pre_tokenizer.h"
#include "multistate/text/tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::byte_level_test {
namespace {

BpeSpec& byte_level(TokenizerSpec& spec) {
  return std::get<BpeSpec>(spec.kind);
}

/// The 256 bytes as tokens 0 to 255, then one token for each merge.
TokenizerSpec spec_with(const std::vector<std::pair<std::string, std::string>>& merges) {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  for (const auto& [left, right] : merges) {
    spec.tokens.push_back(left + right);
  }
  byte_level(spec).merges = merges;
  byte_level(spec).pre_tokenizer = gpt2_steps();
  return spec;
}

/// Pieces of text at the beginning of a whole text, read back from the alphabet for bytes.
std::vector<std::string> pieces(const std::vector<PreTokenizerStep>& steps, std::string_view text) {
  std::vector<std::string> all;
  TextStore store;
  const PreTokenizer pre_tokenizer(steps, "test");
  for (const auto piece : pre_tokenizer.split(text, PreTokenizer::Start::kBeginning, store)) {
    all.push_back(alphabet_to_bytes(piece).value());
  }
  return all;
}

/// Valid UTF-8 from all planes, with a bias to what tokenizers stumble over.
std::string random_text(Random& random) {
  static const std::vector<std::string> special = {
      " ",      "  ",     "\n",     "\r\n",       "\t",   "'",     "'s",
      "'LL",    "\u00a0", "\u180e", "e\u0301",    "0",    "42",    "\u0661",
      "\u2167", "\u00bd", "\u4e16", "\U0001f600", "\x01", "\u200d"};
  std::string text;
  for (uint64_t i = 0; i < 30; ++i) {
    if (random.bits() % 2 == 0) {
      text += special[random.bits() % special.size()];
      continue;
    }
    auto code = static_cast<uint32_t>(random.bits() % 0x110000);
    code = code >= 0xD800 && code < 0xE000 ? 'x' : code;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
      text +=
          {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
           static_cast<char>(0x80 | (code & 0x3F))};
    } else {
      text +=
          {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3F)),
           static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
  }
  return text;
}

using Ids = std::vector<int64_t>;
using Pieces = std::vector<std::string>;

}  // namespace

TEST_CASE("the merge that comes first in the list wins, of equal ones the leftmost") {
  // 256 = ab, 257 = bc, 258 = abc.
  const auto tokenizer = Tokenizer::make(spec_with({{"a", "b"}, {"b", "c"}, {"ab", "c"}}));
  CHECK(tokenizer->encode("abc") == Ids{258});
  CHECK(tokenizer->encode("bcabc") == Ids{257, 258});
  CHECK(tokenizer->encode("aab") == Ids{'a', 256});
  const auto other = Tokenizer::make(spec_with({{"b", "c"}, {"a", "b"}}));
  CHECK(other->encode("abc") == Ids{'a', 256});
  const auto pairs = Tokenizer::make(spec_with({{"a", "a"}}));
  CHECK(pairs->encode("aaa") == Ids{256, 'a'});
  CHECK(pairs->encode("aaaa") == Ids{256, 256});
}

TEST_CASE("with ignore_merges a piece that is a token is taken whole") {
  auto spec = spec_with({{"a", "b"}, {"b", "c"}, {"a", "bc"}});
  CHECK(Tokenizer::make(spec)->encode("abc") == Ids{256, 'c'});
  byte_level(spec).ignore_merges = true;
  CHECK(Tokenizer::make(spec)->encode("abc") == Ids{258});
}

TEST_CASE("merges do not cross pieces") {
  // A space belongs to the word behind it.
  const auto tokenizer = Tokenizer::make(spec_with({{"a", "\u0120"}, {"\u0120", "b"}}));
  CHECK(tokenizer->encode("a b") == Ids{'a', 257});
}

TEST_CASE("added tokens are cut out first, the longest at each place") {
  auto spec = spec_with({});
  spec.tokens.insert(spec.tokens.end(), {"<s>", "<s><s>"});
  spec.added_tokens = {{256, "<s>", true}, {257, "<s><s>", true}};
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(tokenizer->encode("x<s>y") == Ids{'x', 256, 'y'});
  CHECK(tokenizer->encode("<s><s><s>") == Ids{257, 256});
  CHECK(tokenizer->encode("<s") == Ids{'<', 's'});
  CHECK(tokenizer->decode(Ids{257, 'a'}) == "<s><s>a");
}

TEST_CASE("GPT-2's expression cuts as published") {
  CHECK(pieces(gpt2_steps(), "I'll say: it's 42!") ==
        Pieces{"I", "'ll", " say", ":", " it", "'s", " 42", "!"});
  CHECK(pieces(gpt2_steps(), "a   b") == Pieces{"a", "  ", " b"});
  CHECK(pieces(gpt2_steps(), "a \n ") == Pieces{"a", " \n "});
  CHECK(pieces(gpt2_steps(), "IT'S") == Pieces{"IT", "'", "S"});
  CHECK(pieces(gpt2_steps(), "").empty());
}

TEST_CASE("digits stand alone, those of other scripts too") {
  const auto steps = named_pre_tokenizer("smollm", "test").steps;
  CHECK(pieces(steps, "a12 3") == Pieces{"a", "1", "2", " ", "3"});
  CHECK(pieces(steps, "\u0661\u0662") == Pieces{"\u0661", "\u0662"});
  CHECK(pieces(named_pre_tokenizer("gpt-2", "test").steps, "a12 3") == Pieces{"a", "12", " 3"});
}

TEST_CASE("any valid text survives: decode(encode(x)) == x") {
  auto spec = spec_with({{"e", "r"}, {"\u0120", "t"}, {"\u00c3", "\u00a9"}});
  byte_level(spec).pre_tokenizer = named_pre_tokenizer("smollm", "test").steps;
  const auto tokenizer = Tokenizer::make(spec);
  Random random({7});
  for (int i = 0; i < 2000; ++i) {
    const auto text = random_text(random);
    REQUIRE(tokenizer->decode(tokenizer->encode(text)) == text);
  }
}

TEST_CASE("a token outside the alphabet for bytes is never made and stands for itself") {
  auto spec = spec_with({});
  spec.tokens.emplace_back("a b");
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(tokenizer->encode("a b") == Ids{'a', ' ', 'b'});
  CHECK(tokenizer->decode(Ids{256, 'x'}) == "a bx");
}

TEST_CASE("names of pre-tokenizers stand for the steps of the models' own tokenizers") {
  const auto cut = [](const char* name, const char* text) {
    return pieces(named_pre_tokenizer(name, "test").steps, text);
  };
  // Worked by hand from the published expressions.
  CHECK(cut("llama-bpe", "It'S 12345\n\n x") == Pieces{"It", "'S", " ", "123", "45", "\n\n", " x"});
  CHECK(cut("qwen2", "12 a!\n") == Pieces{"1", "2", " a", "!\n"});
  CHECK(cut("qwen35", "e\u0301a") == Pieces{"e\u0301a"});
  CHECK(cut("qwen2", "e\u0301a") == Pieces{"e", "\u0301a"});
  CHECK(cut("tekken", "HelloWORLDs/ 12") == Pieces{"Hello", "WORLDs", "/", " ", "1", "2"});
  CHECK(cut("gpt-4o", "IT's 1234") == Pieces{"IT's", " ", "123", "4"});
  CHECK(cut("deepseek-llm", "ab, 1\u4e16 \n") == Pieces{"ab", ",", " ", "1", "\u4e16", " ", "\n"});
  CHECK(cut("deepseek-coder", "x = 10") == Pieces{"x", " = ", "1", "0"});
  CHECK(cut("deepseek-v3", "a_b 1234") == Pieces{"a", "_b", " ", "123", "4"});
  CHECK(cut("falcon", "a!? 12345") == Pieces{"a", "!?", " ", "123", "45"});
  CHECK(cut("command-r", "a12") == Pieces{"a", "1", "2"});
  CHECK(named_pre_tokenizer("llama3", "test").ignore_merges);
  CHECK(named_pre_tokenizer("llama3", "test").add_bos);
  CHECK(named_pre_tokenizer("tekken", "test").add_bos);
  CHECK_FALSE(named_pre_tokenizer("dbrx", "test").ignore_merges);
  CHECK(named_pre_tokenizer("qwen2", "test").normalizer.size() == 1);
  CHECK(named_pre_tokenizer("gpt-2", "test").normalizer.empty());
}

TEST_CASE("no text makes a named pre-tokenizer quadratic") {
  const std::string spaces(1'000'000, ' ');
  for (const char* name : {"gpt-2", "llama-bpe", "tekken", "gpt-4o", "deepseek-llm", "deepseek-v3",
                           "falcon", "command-r"}) {
    INFO(name);
    const auto steps = named_pre_tokenizer(name, "test").steps;
    CHECK(pieces(steps, spaces + "1").size() <= 3);
    CHECK(!pieces(steps, std::string(1'000'000, 'A')).empty());
    CHECK(!pieces(steps, std::string(1'000'000, '\'')).empty());
  }
}

TEST_CASE("a long run without a break is encoded in reasonable time") {
  const auto tokenizer = Tokenizer::make(spec_with({{"a", "a"}, {"aa", "aa"}}));
  CHECK(tokenizer->encode(std::string(1'000'000, 'a')).size() == 250'000);
}

TEST_CASE("text that cannot be encoded is refused with its place") {
  const auto tokenizer = Tokenizer::make(spec_with({}));
  const auto error = [&](std::string_view text) {
    return input_error([&] { tokenizer->encode(text); });
  };
  CHECK(error("ab\xff") == "the text is not valid UTF-8: byte 0xff at offset 2");
  CHECK(error("\xc3") == "the text is not valid UTF-8: byte 0xc3 at offset 0");
  CHECK(error("a\xed\xa0\x80") == "the text is not valid UTF-8: byte 0xed at offset 1");
  auto spec = spec_with({});
  spec.tokens[4] = "unused";
  spec.added_tokens = {{4, "unused", false}};
  CHECK(input_error([&] { Tokenizer::make(spec)->encode("abc\x04"); }) ==
        "the vocabulary has no token for the byte 0x04 at offset 3");
  CHECK(input_error([&] { tokenizer->decode(Ids{256}); }) ==
        "token id 256 is outside the vocabulary of 256 tokens");
  CHECK(input_error([&] { tokenizer->decode(Ids{-1}); }) ==
        "token id -1 is outside the vocabulary of 256 tokens");
}

TEST_CASE("a vocabulary that contradicts itself is refused") {
  const auto error = [](const std::function<void(TokenizerSpec&)>& spoil) {
    auto spec = spec_with({{"a", "b"}});
    spoil(spec);
    return input_error([&] { Tokenizer::make(spec); });
  };
  CHECK(error([](TokenizerSpec& spec) { spec.tokens.push_back("ab"); }) ==
        "test: tokens 256 and 257 are both 'ab'");
  CHECK(error([](TokenizerSpec& spec) { spec.tokens.push_back(""); }) ==
        "test: token 257 is empty");
  CHECK(error([](TokenizerSpec& spec) { byte_level(spec).merges.emplace_back("ab", "q"); }) ==
        "test: merge 1 names 'abq', which is not in the vocabulary");
  CHECK(error([](TokenizerSpec& spec) { byte_level(spec).merges.emplace_back("zz", "q"); }) ==
        "test: merge 1 names 'zz', which is not in the vocabulary");
  CHECK(error([](TokenizerSpec& spec) { byte_level(spec).merges.emplace_back("a", "b"); }) ==
        "test: merge 1 ('a' 'b') is given twice");
  CHECK(error([](TokenizerSpec& spec) {
          spec.added_tokens = {{300, "x", true}};
        }) == "test: an added token has id 300, outside the vocabulary of 257 tokens");
  CHECK(error([](TokenizerSpec& spec) { spec.bos_id = -1; }) ==
        "test: the BOS token has id -1, outside the vocabulary of 257 tokens");
  CHECK(error([](TokenizerSpec& spec) { spec.eos_id = 257; }) ==
        "test: the EOS token has id 257, outside the vocabulary of 257 tokens");
  CHECK(error([](TokenizerSpec& spec) {
          byte_level(spec).pre_tokenizer = {isolate("(a")};
        }).find("test: the pattern '(a' is not a valid regular expression: ") == 0);
  CHECK_THAT(input_error([] { named_pre_tokenizer("bert-bge", "test"); }),
             ContainsSubstring("test: the pre-tokenizer 'bert-bge' is not supported; supported: "
                               "a.x-4.0, chatglm-bpe, codeshell, command-r"));
}

}  // namespace multistate::test::byte_level_test
