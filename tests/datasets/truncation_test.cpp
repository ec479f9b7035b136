#include "multistate/datasets/truncation.h"

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer_steps.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::truncation_test {
namespace {

/// Every byte is a token.
std::unique_ptr<Tokenizer> byte_tokenizer() {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  std::get<BpeSpec>(spec.kind).pre_tokenizer = gpt2_steps();
  return Tokenizer::make(spec);
}

TaskRow row_of(const std::string& context, const std::string& question) {
  TaskRow row;
  row.place = "f:1";
  row.context = context;
  row.question = question;
  row.separator = "[cut]";
  return row;
}

/// Context and question as text, with a bar between.
std::string text_of(const TokenizedPrompt& prompt) {
  const auto tokenizer = byte_tokenizer();
  return tokenizer->decode(prompt.context) + "|" + tokenizer->decode(prompt.question);
}

}  // namespace

TEST_CASE("a prompt that fits stays whole under every rule") {
  const auto row = row_of("0123456789", " why?");
  for (const Truncation rule : {Truncation::kNone, Truncation::kEnd, Truncation::kMiddle}) {
    const auto prompt = tokenize_prompt(row, *byte_tokenizer(), rule, 15);
    CHECK(text_of(prompt) == "0123456789| why?");
    CHECK(prompt.removed_tokens == 0);
  }
}

TEST_CASE("ZeroSCROLLS drops the end of the document and says so in the prompt") {
  const auto row = row_of("0123456789", " why?");
  const auto prompt = tokenize_prompt(row, *byte_tokenizer(), Truncation::kEnd, 14);
  // 14 tokens, 5 of them the separator and 5 the question.
  CHECK(text_of(prompt) == "0123|[cut] why?");
  CHECK(prompt.removed_tokens == 6);
}

TEST_CASE("LongBench keeps the first and the last half") {
  const auto row = row_of("0123456789", " why?");
  const auto prompt = tokenize_prompt(row, *byte_tokenizer(), Truncation::kMiddle, 14);
  // 7 tokens of the beginning; 7 of the end, 5 of them the question.
  CHECK(text_of(prompt) == "012345689| why?");
  CHECK(prompt.removed_tokens == 1);
  // An odd number leaves one token out, as published: int(13 / 2) = 6 on each side.
  const auto odd = tokenize_prompt(row, *byte_tokenizer(), Truncation::kMiddle, 13);
  CHECK(text_of(odd) == "0123459| why?");
  CHECK(odd.removed_tokens == 3);
}

TEST_CASE("a question is never cut, and without a rule nothing is") {
  const auto row = row_of("0123456789", " why?");
  const auto error = [&](Truncation rule, int64_t most) {
    return input_error([&] { tokenize_prompt(row, *byte_tokenizer(), rule, most); });
  };
  CHECK(error(Truncation::kNone, 14) ==
        "f:1: the prompt has 15 tokens, and experiment.context_length leaves 14 for it; make that "
        "larger, or say with experiment.truncation what goes");
  CHECK(error(Truncation::kEnd, 10) ==
        "f:1: the question has 10 tokens, and experiment.context_length leaves 9 for it");
  CHECK(error(Truncation::kMiddle, 9) ==
        "f:1: the question has 5 tokens, and experiment.context_length leaves 4 for it");
  CHECK(error(Truncation::kEnd, 11) == "no error");
  CHECK(error(Truncation::kMiddle, 10) == "no error");
}

TEST_CASE("text that cannot be tokenized is named by its row") {
  const auto row = row_of("a\xff", "?");
  CHECK_THAT(input_error([&] { tokenize_prompt(row, *byte_tokenizer(), Truncation::kNone, 9); }),
             ContainsSubstring("f:1: the text is not valid UTF-8: byte 0xff at offset 1"));
}

}  // namespace multistate::test::truncation_test
